variable "description" {
  description = "What the key protects."
  type        = string
}

variable "name" {
  description = "Alias of the key, without alias/."
  type        = string
}

variable "services" {
  description = "AWS services that use the key on our behalf, such as logs.eu-central-1.amazonaws.com."
  type        = list(string)
  default     = []
}
