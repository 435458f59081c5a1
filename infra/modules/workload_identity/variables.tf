variable "account_id" {
  description = "This account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account is twelve digits."
  }
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
  description = "Key of that secret, and of those of the database's logins."
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
  description = "Secret with the user and password of the database's owner."
  type        = string
}

variable "inbound_topic_arns" {
  description = "Topics whose posts the site asks for."
  type        = list(string)
}

variable "login_secret_arns" {
  description = "Secret of each database login, by the part of the site that signs in with it."
  type        = map(string)
}

variable "name" {
  description = "Prefix of the roles' names."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "namespace" {
  description = "Kubernetes namespace of the service accounts."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "A namespace: lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Region of the services that use keys on our behalf."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region such as eu-central-1."
  }
}

variable "topic_arn" {
  description = "Topic of events."
  type        = string
}

variable "topic_key_arn" {
  description = "Key of that topic."
  type        = string
}
