variable "backup_days" {
  description = "How far back the database can be restored to a point in time."
  type        = number
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
}

variable "log_retention_days" {
  description = "How long the database's log is kept."
  type        = number
}

variable "multi_az" {
  description = "Whether a second one stands by in another zone."
  type        = bool
}

variable "name" {
  description = "Identifier of the database."
  type        = string
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
