variable "cidr" {
  description = "Addresses of the VPC, a /16."
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && endswith(var.cidr, "/16")
    error_message = "A /16, such as 10.20.0.0/16: subnets are cut from it."
  }
}

variable "interface_endpoints" {
  description = "AWS's services that are reached inside the VPC, by the last part of their names."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service)) && service != "s3"])
    error_message = "Names such as secretsmanager or ecr.api; S3 has a gateway."
  }
}

variable "log_retention_days" {
  description = "How long flow logs are kept."
  type        = number

  validation {
    condition     = contains([14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "One of 14, 30, 60, 90, 180, 365: CloudWatch takes no other numbers."
  }
}

variable "name" {
  description = "Prefix of names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "nat_gateway_count" {
  description = "How many NAT gateways; more than zones are not made."
  type        = number

  validation {
    condition     = contains([1, 2, 3], var.nat_gateway_count)
    error_message = "Between 1 and 3; each costs about $33 a month."
  }
}

variable "zone_count" {
  description = "Over how many zones."
  type        = number

  validation {
    condition     = contains([2, 3], var.zone_count)
    error_message = "Two or three: a balancer and a cluster each need two."
  }
}
