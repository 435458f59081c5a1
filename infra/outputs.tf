output "account_id" {
  description = "Account of this environment."
  value       = var.account_id
}

output "region" {
  description = "Region of this environment."
  value       = var.region
}

output "site_url" {
  description = "Where people find it: SITE_URL."
  value       = "https://${var.domain_name}"
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
  value       = module.s3.bucket
}

output "bucket_key_arn" {
  description = "The key of that bucket."
  value       = module.s3.key_arn
}

output "events_topic_arn" {
  description = "Where the site publishes every event: SNS_EVENTS_TOPIC."
  value       = module.sns.events_topic_arn
}

output "alarms_topic_arn" {
  description = "Where the site tells its operators: SNS_OPERATORS_TOPIC."
  value       = module.sns.alarms_topic_arn
}

output "app_secret_arn" {
  description = "Secret whose keys are settings: AWS_SECRET_ID. Filled by `make aws-secrets`, never by Terraform."
  value       = module.secrets.secret_arn
}

output "database_secret_arn" {
  description = "User and password that RDS manages and rotates: DATABASE_SECRET_ID."
  value       = module.rds.master_secret_arn
}

output "database_url" {
  description = "The database without its password: DATABASE_URL."
  value       = "postgres://${module.rds.address}:5432/${module.rds.database_name}?sslmode=verify-full&sslrootcert=system"
}

output "target_group_arns" {
  description = "Target group of each part of the site, for deploy's TargetGroupBindings."
  value       = module.alb.target_group_arns
}

output "log_group" {
  description = "Where the pods' output goes."
  value       = module.observability.log_group
}

output "monthly_floor_usd" {
  description = "About what this costs per month before the first visitor (infra/README.md has the parts)."
  value = (
    73 + 33 * min(var.nat_gateway_count, var.availability_zone_count) + 20 + 60 + 8
    + (var.database_multi_az ? 2 : 1) * (startswith(var.database_instance_class, "db.t4g.micro") ? 15 : 70)
  )
}
