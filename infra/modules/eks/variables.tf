variable "admin_arns" {
  description = "IAM roles that administer the cluster."
  type        = set(string)
}

variable "deletion_protection" {
  description = "Whether the cluster refuses to be deleted."
  type        = bool
}

variable "deploy_role_arn" {
  description = "Role of the pipeline; empty for none."
  type        = string
}

variable "kubernetes_version" {
  description = "Version of the control plane."
  type        = string
}

variable "log_retention_days" {
  description = "How long control plane logs are kept."
  type        = number
}

variable "name" {
  description = "Name of the cluster."
  type        = string
}

variable "namespace" {
  description = "Namespace that the pipeline may change."
  type        = string
}

variable "public_access_cidrs" {
  description = "Networks that reach the API from outside; empty for none."
  type        = list(string)
}

variable "subnet_ids" {
  description = "Private subnets, in two zones or more."
  type        = list(string)
}
