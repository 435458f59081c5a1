variable "cidr" {
  description = "Addresses of the VPC, a /16."
  type        = string
}

variable "log_retention_days" {
  description = "How long flow logs are kept."
  type        = number
}

variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "nat_gateway_count" {
  description = "How many NAT gateways; more than zones are not made."
  type        = number
}

variable "zone_count" {
  description = "Over how many zones."
  type        = number
}
