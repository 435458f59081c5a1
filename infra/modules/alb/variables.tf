variable "certificate_arn" {
  description = "A valid certificate for domain_name."
  type        = string
}

variable "cluster_name" {
  description = "Cluster whose pods are put into the target groups."
  type        = string
}

variable "deletion_protection" {
  description = "Whether the balancer refuses to be deleted."
  type        = bool
}

variable "domain_name" {
  description = "Name that leads to the balancer."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "A host name, in lower case, without a scheme or a path."
  }
}

variable "log_bucket" {
  description = "Bucket of access logs."
  type        = string
}

variable "name" {
  description = "Name of the balancer."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "pod_group_id" {
  description = "Security group that pods stand in."
  type        = string
}

variable "port" {
  description = "Port on which pods listen."
  type        = number

  validation {
    condition     = var.port >= 1024 && var.port <= 65535
    error_message = "A port that a process may listen on without being root."
  }
}

variable "services" {
  description = "Parts of the site, and the paths of each. Exactly one has none, and takes the rest."
  type        = map(list(string))

  validation {
    condition     = length([for paths in values(var.services) : paths if length(paths) == 0]) == 1
    error_message = "Exactly one part takes what no other has."
  }

  validation {
    condition     = alltrue([for paths in values(var.services) : length(paths) <= 5])
    error_message = "A rule of the balancer takes at most five paths."
  }
}

variable "subnet_ids" {
  description = "Public subnets, in two zones or more."
  type        = list(string)
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "zone_id" {
  description = "Hosted zone of domain_name."
  type        = string

  validation {
    condition     = can(regex("^Z[A-Z0-9]{5,}$", var.zone_id))
    error_message = "A hosted zone's id, such as Z0123456789ABCDEFGHIJ."
  }
}
