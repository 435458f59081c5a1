variable "backup_days" {
  description = "How far back the database can be restored to a point in time."
  type        = number

  validation {
    condition     = var.backup_days >= 7 && var.backup_days <= 35
    error_message = "Between 7 and 35 days: RDS keeps no more, and less is no backup."
  }
}

variable "client_group_id" {
  description = "Security group whose members may connect."
  type        = string
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
}

variable "instance_class" {
  description = "Size of the database."
  type        = string

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.instance_class))
    error_message = "A class such as db.t4g.micro."
  }
}

variable "log_retention_days" {
  description = "How long the database's log is kept."
  type        = number

  validation {
    condition     = contains([14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "One of 14, 30, 60, 90, 180, 365: CloudWatch takes no other numbers."
  }
}

variable "multi_az" {
  description = "Whether a second one stands by in another zone."
  type        = bool
}

variable "name" {
  description = "Identifier of the database."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "skip_final_snapshot" {
  description = "Whether destroy leaves no snapshot behind."
  type        = bool
}

variable "subnet_ids" {
  description = "Subnets without a way out."
  type        = list(string)
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}
