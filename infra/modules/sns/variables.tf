variable "account_id" {
  description = "Account whose alarms and budgets may publish."
  type        = string
}

variable "alarm_email" {
  description = "Mailbox of the operator."
  type        = string
}

variable "name" {
  description = "Prefix of the topics' names."
  type        = string
}

variable "sms_monthly_limit_usd" {
  description = "At which AWS stops sending text messages."
  type        = number
}
