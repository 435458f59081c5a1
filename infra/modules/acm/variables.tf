variable "domain_name" {
  description = "Name on the certificate."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "A host name, in lower case, without a scheme or a path."
  }
}

variable "zone_id" {
  description = "Hosted zone that proves the name."
  type        = string

  validation {
    condition     = can(regex("^Z[A-Z0-9]{5,}$", var.zone_id))
    error_message = "A hosted zone's id, such as Z0123456789ABCDEFGHIJ."
  }
}
