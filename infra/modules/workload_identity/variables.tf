variable "account_id" {
  description = "This account."
  type        = string
}

variable "alarms_topic_arn" {
  description = "Topic of operators."
  type        = string
}

variable "app_secret_arn" {
  description = "Secret with the site's settings."
  type        = string
}

variable "app_secret_key_arn" {
  description = "Key of that secret."
  type        = string
}

variable "bucket_arn" {
  description = "Bucket of what people store."
  type        = string
}

variable "bucket_key_arn" {
  description = "Key of that bucket."
  type        = string
}

variable "cluster_name" {
  description = "Cluster whose pods get these roles."
  type        = string
}

variable "database_key_arn" {
  description = "Key of the database's secret."
  type        = string
}

variable "database_secret_arn" {
  description = "Secret with the database's user and password."
  type        = string
}

variable "name" {
  description = "Prefix of the roles' names."
  type        = string
}

variable "namespace" {
  description = "Kubernetes namespace of the service accounts."
  type        = string
}

variable "region" {
  description = "Region of the services that use keys on our behalf."
  type        = string
}

variable "topic_arn" {
  description = "Topic of events."
  type        = string
}

variable "topic_key_arn" {
  description = "Key of that topic."
  type        = string
}
