locals {
  # What deploy/render.py reads, whether from `terraform output` or in the pipeline.
  deploy_outputs = {
    alarms_topic_arn    = module.sns.alarms_topic_arn
    app_secret_arn      = module.secrets.secret_arn
    bucket              = module.s3.bucket
    database_secret_arn = module.rds.master_secret_arn
    database_url        = "postgres://${module.rds.address}:5432/${module.rds.database_name}?sslmode=verify-full&sslrootcert=system"
    events_topic_arn    = module.sns.events_topic_arn
    inbound_topics      = join(",", module.sns.inbound_topic_arns)
    login_secrets       = module.secrets.login_secrets
    region              = var.region
    site_url            = "https://${var.domain_name}"
    target_group_arns   = module.alb.target_group_arns
  }
}

output "account_id" {
  description = "Account of this environment."
  value       = var.account_id
}

output "region" {
  description = "Region of this environment."
  value       = local.deploy_outputs.region
}

output "site_url" {
  description = "Where people find it: SITE_URL."
  value       = local.deploy_outputs.site_url
}

output "cluster_name" {
  description = "For `aws eks update-kubeconfig --name`."
  value       = module.eks.cluster_name
}

output "repository_url" {
  description = "Where images are pushed to, and pulled from by digest."
  value       = module.ecr.repository_url
}

output "bucket" {
  description = "What people store: S3_BUCKET."
  value       = local.deploy_outputs.bucket
}

output "bucket_key_arn" {
  description = "The key of that bucket."
  value       = module.s3.key_arn
}

output "events_topic_arn" {
  description = "Where the site publishes every event: SNS_EVENTS_TOPIC."
  value       = local.deploy_outputs.events_topic_arn
}

output "inbound_topics" {
  description = "Topics that report what became of mails and texts: SNS_INBOUND_TOPICS."
  value       = local.deploy_outputs.inbound_topics
}

output "alarms_topic_arn" {
  description = "Where the site tells its operators: SNS_OPERATORS_TOPIC."
  value       = local.deploy_outputs.alarms_topic_arn
}

output "app_secret_arn" {
  description = "Secret whose keys are settings: AWS_SECRET_ID. Filled by `make aws-secrets`, never by Terraform."
  value       = local.deploy_outputs.app_secret_arn
}

output "database_secret_arn" {
  description = "User and password of the database's owner, which RDS manages and rotates: DATABASE_SECRET_ID of the migration."
  value       = local.deploy_outputs.database_secret_arn
}

output "login_secrets" {
  description = "What the names of the secrets of the site's other logins begin with: DATABASE_LOGIN_SECRETS."
  value       = local.deploy_outputs.login_secrets
}

output "database_url" {
  description = "The database without its password: DATABASE_URL."
  value       = local.deploy_outputs.database_url
}

output "target_group_arns" {
  description = "Target group of each part of the site, for deploy's TargetGroupBindings."
  value       = local.deploy_outputs.target_group_arns
}

output "log_group" {
  description = "Where the pods' output goes."
  value       = module.observability.log_group
}

locals {
  # Per month, with 20 GiB. Where a class is not here, the largest that variables.tf lets through.
  database_usd = {
    "db.t4g.micro"  = 15
    "db.t4g.small"  = 28
    "db.t4g.medium" = 54
    "db.t4g.large"  = 105
    "db.m7g.large"  = 130
    "db.m8g.large"  = 130
    "db.m7g.xlarge" = 258
    "db.m8g.xlarge" = 258
  }
}

output "monthly_floor_usd" {
  description = "About what this costs per month before the first visitor (infra/README.md has the parts)."
  value = (
    73 + 33 * min(var.nat_gateway_count, var.availability_zone_count) + 20 + 60 + 10
    + 8 * length(var.interface_endpoints) * var.availability_zone_count
    + (var.database_multi_az ? 2 : 1) * lookup(local.database_usd, var.database_instance_class, 515)
  )
}
