variable "description" {
  description = "What the key protects."
  type        = string

  validation {
    condition     = length(var.description) > 0
    error_message = "A few words."
  }
}

variable "name" {
  description = "Alias of the key, without alias/."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "services" {
  description = "AWS services that use the key on our behalf, such as logs.eu-central-1.amazonaws.com."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.services : endswith(service, ".amazonaws.com")])
    error_message = "Each is a service such as logs.eu-central-1.amazonaws.com."
  }
}
