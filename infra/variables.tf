variable "account_id" {
  description = "The one AWS account that this may touch; any other is refused before anything happens."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is twelve digits."
  }
}

variable "alarm_email" {
  description = "Who is told of alarms and of the budget. The subscription must be confirmed from that mailbox."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alarm_email))
    error_message = "alarm_email is an e-mail address: alarms with no subscriber tell nobody."
  }
}

variable "api_public_access_cidrs" {
  description = "Networks that may reach the cluster's API from outside. Empty: only from inside the VPC."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.api_public_access_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Each is a CIDR such as 203.0.113.7/32, and never everybody (/0)."
  }
}

variable "availability_zone_count" {
  description = "Over how many zones subnets, pods and the database spread."
  type        = number
  default     = 3

  validation {
    condition     = var.availability_zone_count >= 2 && var.availability_zone_count <= 3
    error_message = "Two or three: a load balancer and a cluster each need two."
  }
}

variable "cluster_admin_arns" {
  description = "IAM roles that administer the cluster. Whoever makes the cluster is not one of them by itself."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.cluster_admin_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", arn))])
    error_message = "Each is the ARN of an IAM role."
  }
}

variable "database_instance_class" {
  description = "Size of the database: burstable or general purpose on Graviton."
  type        = string
  default     = "db.t4g.micro"

  validation {
    condition     = can(regex("^db\\.(t4g\\.(micro|small|medium|large)|m[78]g\\.(large|xlarge|2xlarge))$", var.database_instance_class))
    error_message = "One of db.t4g.micro … large, or db.m7g/m8g.large … 2xlarge: larger ones are a decision of their own."
  }
}

variable "database_multi_az" {
  description = "Whether a second database stands by in another zone. Doubles its price."
  type        = bool
  default     = false
}

variable "deploy_role_arn" {
  description = "Role by which the pipeline rolls out: bootstrap's output deploy_role_arns[ENV]. Empty: nobody but the admins."
  type        = string
  default     = ""

  validation {
    condition     = var.deploy_role_arn == "" || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.deploy_role_arn))
    error_message = "The ARN of an IAM role, or empty."
  }
}

variable "domain_name" {
  description = "The address that people use, such as vault.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9-]+\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "A host name, in lower case, without a scheme or a path."
  }
}

variable "environment" {
  description = "Which of the three this is."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "production"], var.environment)
    error_message = "One of dev, staging, production."
  }
}

variable "force_destroy" {
  description = "Whether destroy also throws away what people have stored. Never in production."
  type        = bool
  default     = false

  validation {
    condition     = !(var.force_destroy && var.environment == "production")
    error_message = "Production keeps people's files: force_destroy is refused there."
  }
}

variable "interface_endpoints" {
  description = "AWS's services that pods reach inside the VPC, such as secretsmanager. Each costs about $8 a month and zone."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.interface_endpoints, ["ecr.api", "ecr.dkr", "eks-auth", "logs", "secretsmanager"])) == 0
    error_message = "Of ecr.api, ecr.dkr, eks-auth, logs and secretsmanager. S3's is a gateway, free, and always there."
  }
}

variable "kubernetes_version" {
  description = "Version of the cluster's control plane. deploy/ is checked against the schemas of this one."
  type        = string
  default     = "1.34"

  validation {
    condition     = can(regex("^1\\.(3[3-9])$", var.kubernetes_version))
    error_message = "1.33 or newer: older ones are past AWS's standard support, and cost six times as much."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 90

  validation {
    condition     = contains([14, 30, 60, 90, 180, 365], var.log_retention_days)
    error_message = "One of 14, 30, 60, 90, 180, 365: CloudWatch takes no other numbers."
  }
}

variable "monthly_budget_usd" {
  description = "What a month of this environment may cost before the alarms' topic is told."
  type        = number

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "More than nothing: infra/README.md, Costs, says about how much it is."
  }
}

variable "nat_gateway_count" {
  description = "1: cheap, and a lost zone cuts the others' way out. As many as zones: independent of each other."
  type        = number
  default     = 1

  validation {
    condition     = var.nat_gateway_count >= 1 && var.nat_gateway_count <= 3
    error_message = "Between 1 and 3; each costs about $33 a month."
  }
}

variable "network_cidr" {
  description = "Addresses of the VPC."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrhost(var.network_cidr, 0)) && endswith(var.network_cidr, "/16")
    error_message = "A /16, such as 10.20.0.0/16: its subnets are cut from it."
  }
}

variable "pipeline_connection_arn" {
  description = "CodeConnections connection, to deploy by CodePipeline instead of GitHub's workflows. Empty: no pipeline."
  type        = string
  default     = ""

  validation {
    condition     = var.pipeline_connection_arn == "" || can(regex("^arn:aws[a-z-]*:code(connections|star-connections):", var.pipeline_connection_arn))
    error_message = "The ARN of a connection, or empty."
  }
}

variable "pipeline_repository" {
  description = "Repository that the pipeline builds: owner/name."
  type        = string
  default     = ""

  validation {
    condition     = var.pipeline_repository == "" || can(regex("^[A-Za-z0-9._-]+/[A-Za-z0-9._/-]+$", var.pipeline_repository))
    error_message = "owner/name; empty only where there is no pipeline."
  }
}

variable "project" {
  description = "Prefix of every name."
  type        = string
  default     = "devops360"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,15}$", var.project))
    error_message = "3 to 16 lower-case letters, digits and hyphens: load balancers' names end at 32."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region such as eu-central-1."
  }
}

variable "ses_identity" {
  description = "Domain or address, verified in SES, that EMAIL_URL sends from: its bounces and complaints reach the site. Empty: mail goes out otherwise."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([^@ /]+@)?([a-z0-9-]+\\.)+[a-z]{2,}$|^$", var.ses_identity))
    error_message = "A domain or an e-mail address, or empty."
  }
}

variable "sms_monthly_limit_usd" {
  description = "AWS stops sending text messages at this. Open registration invites fraud by SMS: keep it low."
  type        = number
  default     = 1

  validation {
    condition     = var.sms_monthly_limit_usd >= 0 && var.sms_monthly_limit_usd <= 200
    error_message = "Between 0 and 200 dollars a month."
  }
}

variable "zone_id" {
  description = "Route 53 hosted zone that domain_name lies in."
  type        = string

  validation {
    condition     = can(regex("^Z[A-Z0-9]{5,}$", var.zone_id))
    error_message = "A hosted zone's id, such as Z0123456789ABCDEFGHIJ."
  }
}
