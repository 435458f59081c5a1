variable "admin_arns" {
  description = "IAM roles that administer the cluster."
  type        = set(string)

  validation {
    condition     = alltrue([for arn in var.admin_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", arn))])
    error_message = "Each is the ARN of an IAM role."
  }
}

variable "deletion_protection" {
  description = "Whether the cluster refuses to be deleted."
  type        = bool
}

variable "deploy_role_arn" {
  description = "Role of the pipeline; empty for none."
  type        = string

  validation {
    condition     = var.deploy_role_arn == "" || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.deploy_role_arn))
    error_message = "The ARN of an IAM role, or empty."
  }
}

variable "kubernetes_version" {
  description = "Version of the control plane."
  type        = string

  validation {
    condition     = can(regex("^1\\.[0-9]{2}$", var.kubernetes_version))
    error_message = "A version such as 1.34."
  }
}

variable "log_retention_days" {
  description = "How long control plane logs are kept."
  type        = number

  validation {
    condition     = contains([14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "One of 14, 30, 60, 90, 180, 365: CloudWatch takes no other numbers."
  }
}

variable "name" {
  description = "Name of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,60}$", var.name))
    error_message = "Lower-case letters, digits and hyphens, and a letter first."
  }
}

variable "namespace" {
  description = "Namespace that the pipeline may change."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "A namespace: lower-case letters, digits and hyphens."
  }
}

variable "public_access_cidrs" {
  description = "Networks that reach the API from outside; empty for none."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.public_access_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Each is a CIDR such as 203.0.113.7/32, and never everybody (/0)."
  }
}

variable "subnet_ids" {
  description = "Private subnets, in two zones or more."
  type        = list(string)
}
