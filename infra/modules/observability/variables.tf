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

variable "log_retention_days" {
  description = "How long the pods' output is kept."
  type        = number
}

variable "name" {
  description = "Prefix of names."
  type        = string
}

variable "region" {
  description = "Region of metrics and logs."
  type        = string
}

variable "target_groups" {
  description = "Each part's target group, as its metrics call it."
  type        = map(string)
}
