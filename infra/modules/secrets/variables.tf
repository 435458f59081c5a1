variable "name" {
  description = "Prefix of the secrets' names."
  type        = string
}

variable "recovery_days" {
  description = "For how long a deleted secret can be brought back; 0 for not at all."
  type        = number
}
