variable "alarm_topic_arn" {
  description = "Topic that alarms are sent to."
  type        = string
}

variable "alb_arn_suffix" {
  description = "The balancer, as its metrics call it."
  type        = string
}

variable "cluster_name" {
  description = "Cluster whose pods' output is kept."
  type        = string
}

variable "database_id" {
  description = "The database, as its metrics call it."
  type        = string
}

variable "database_storage_gib" {
  description = "Its storage at first, in GiB."
  type        = number
}

variable "environment" {
  description = "Whose costs are counted, by the tag of that name."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "One of dev, staging, production."
  }
}

variable "log_retention_days" {
  description = "How long the pods' output is kept."
  type        = number

  validation {
    condition     = contains([14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "One of 14, 30, 60, 90, 180, 365: CloudWatch takes no other numbers."
  }
}

variable "monthly_budget_usd" {
  description = "What a month may cost before somebody is told."
  type        = number

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "More than nothing."
  }
}

variable "name" {
  description = "Prefix of names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "region" {
  description = "Region of metrics and logs."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region such as eu-central-1."
  }
}

variable "target_groups" {
  description = "Each part's target group, as its metrics call it."
  type        = map(string)
}
