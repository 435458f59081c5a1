variable "name" {
  description = "Prefix of the secrets' names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "recovery_days" {
  description = "For how long a deleted secret can be brought back; 0 for not at all."
  type        = number

  validation {
    condition     = var.recovery_days == 0 || (var.recovery_days >= 7 && var.recovery_days <= 30)
    error_message = "0, or between 7 and 30 days: Secrets Manager takes no other."
  }
}
