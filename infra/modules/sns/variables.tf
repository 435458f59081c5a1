variable "account_id" {
  description = "Account whose alarms and budgets may publish."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is twelve digits."
  }
}

variable "alarm_email" {
  description = "Mailbox of the operator."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alarm_email))
    error_message = "An e-mail address: alarms with no subscriber tell nobody."
  }
}

variable "inbound_url" {
  description = "Where the site hears what became of mails and texts."
  type        = string

  validation {
    condition     = startswith(var.inbound_url, "https://") && endswith(var.inbound_url, "/")
    error_message = "An address under https://, with a slash at its end."
  }
}

variable "name" {
  description = "Prefix of the topics' names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "ses_identity" {
  description = "Domain or address, verified in SES, that the site's mail is from; empty where mail goes out otherwise."
  type        = string

  validation {
    condition     = can(regex("^([^@ /]+@)?([a-z0-9-]+\\.)+[a-z]{2,}$|^$", var.ses_identity))
    error_message = "A domain or an e-mail address, or empty."
  }
}

variable "sms_monthly_limit_usd" {
  description = "At which AWS stops sending text messages."
  type        = number

  validation {
    condition     = var.sms_monthly_limit_usd >= 0 && var.sms_monthly_limit_usd <= 200
    error_message = "Between 0 and 200 dollars a month."
  }
}
