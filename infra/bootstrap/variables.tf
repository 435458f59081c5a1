variable "account_id" {
  description = "The one AWS account that this may touch."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is twelve digits."
  }
}

variable "alarm_email" {
  description = "Who is told when the budget is half spent, nearly spent, or about to be overspent."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alarm_email))
    error_message = "alarm_email is an e-mail address."
  }
}

variable "dynamodb_lock" {
  description = "Whether to make a lock table for Terraform before 1.10. HashiCorp calls that way deprecated."
  type        = bool
  default     = false
}

variable "environments" {
  description = "Environments that the pipeline applies and deploys."
  type        = list(string)
  default     = ["dev", "staging", "production"]

  validation {
    condition     = length(setsubtract(var.environments, ["dev", "staging", "production"])) == 0
    error_message = "Of dev, staging, production."
  }
}

variable "github_repository" {
  description = "Whose workflows may take the roles: owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "owner/name, without wildcards."
  }
}

variable "monthly_budget_usd" {
  description = "What a month may cost before somebody is told."
  type        = number
  default     = 250

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "More than nothing."
  }
}

variable "project" {
  description = "Prefix of every name."
  type        = string
  default     = "devops360"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,15}$", var.project))
    error_message = "3 to 16 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Where states are kept."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region such as eu-central-1."
  }
}
