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
}

variable "environment" {
  description = "Overlay that is rendered: dev, staging or production."
  type        = string
}

variable "log_retention_days" {
  description = "How long logs of builds are kept."
  type        = number
}

variable "name" {
  description = "Prefix of names; the image repository's name."
  type        = string
}

variable "namespace" {
  description = "Namespace that builds may change."
  type        = string
}

variable "outputs" {
  description = "What deploy/render.py needs of Terraform's outputs."
  type        = any
}

variable "repository" {
  description = "Repository of the source: owner/name."
  type        = string
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
