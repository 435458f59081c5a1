variable "domain_name" {
  description = "Name on the certificate."
  type        = string
}

variable "zone_id" {
  description = "Hosted zone that proves the name."
  type        = string
}
