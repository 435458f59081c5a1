variable "cluster_group_id" {
  description = "Security group of the cluster's API and nodes."
  type        = string
}

variable "cluster_name" {
  description = "Cluster that is deployed to."
  type        = string
}

variable "connection_arn" {
  description = "CodeConnections connection to the repository's host; confirmed once in the console."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:code(connections|star-connections):", var.connection_arn))
    error_message = "The ARN of a connection."
  }
}

variable "environment" {
  description = "Overlay that is rendered: dev, staging or production."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "One of dev, staging, production."
  }
}

variable "log_retention_days" {
  description = "How long logs of builds are kept."
  type        = number

  validation {
    condition     = contains([14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "One of 14, 30, 60, 90, 180, 365: CloudWatch takes no other numbers."
  }
}

variable "name" {
  description = "Prefix of names; the image repository's name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "namespace" {
  description = "Namespace that builds may change."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "A namespace: lower-case letters, digits and hyphens."
  }
}

variable "outputs" {
  description = "What deploy/render.py needs of Terraform's outputs."
  type = object({
    alarms_topic_arn    = string
    app_secret_arn      = string
    bucket              = string
    database_secret_arn = string
    database_url        = string
    events_topic_arn    = string
    inbound_topics      = string
    login_secrets       = string
    region              = string
    site_url            = string
    target_group_arns   = map(string)
  })
}

variable "repository" {
  description = "Repository of the source: owner/name."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+/[A-Za-z0-9._/-]+$", var.repository))
    error_message = "owner/name."
  }
}

variable "repository_url" {
  description = "Where images are pushed to."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets with a way out."
  type        = list(string)
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}
