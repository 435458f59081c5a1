variable "force_destroy" {
  description = "Whether destroy throws away what is in the buckets."
  type        = bool
}

variable "name" {
  description = "Prefix of the buckets' names, unique in the world."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]*$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }

  validation {
    condition     = length(var.name) <= 55
    error_message = "At most 55 characters: -uploads is added, and S3 allows 63."
  }
}

variable "old_copies_for" {
  description = "Days for which what was deleted or overwritten can be brought back."
  type        = number

  validation {
    condition     = var.old_copies_for >= 1
    error_message = "One day or more."
  }
}

variable "site_origin" {
  description = "The one origin whose pages may talk to the bucket."
  type        = string

  validation {
    condition     = can(regex("^https://[a-z0-9.-]+$", var.site_origin))
    error_message = "An origin such as https://vault.example.com, without a path."
  }
}
