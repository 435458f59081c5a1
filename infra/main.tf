# The whole of DevOps360 on AWS: one environment per state. Reads from top to bottom as it is built.

locals {
  name       = "${var.project}-${var.environment}"
  production = var.environment == "production"
  namespace  = "devops360"

  # The parts of the site, and which paths of it the balancer sends them; files takes whatever no
  # other one has. devops360/roles.py has the same table and deploy/base a Deployment for each:
  # tests/infra/own/agreement.py holds them together.
  services = {
    accounts      = ["/account", "/account/*"]
    admin         = ["/admin", "/admin/*"]
    files         = []
    notifications = ["/notifications", "/notifications/*", "/outbox", "/outbox/*"]
  }
  port = 8000
}

module "network" {
  source = "./modules/network"

  name                = local.name
  cidr                = var.network_cidr
  zone_count          = var.availability_zone_count
  nat_gateway_count   = var.nat_gateway_count
  interface_endpoints = var.interface_endpoints
  log_retention_days  = var.log_retention_days
}

module "ecr" {
  source = "./modules/ecr"

  name         = local.name
  force_delete = var.force_destroy
}

module "eks" {
  source = "./modules/eks"

  name                = local.name
  kubernetes_version  = var.kubernetes_version
  subnet_ids          = module.network.private_subnet_ids
  public_access_cidrs = var.api_public_access_cidrs
  admin_arns          = var.cluster_admin_arns
  deploy_role_arn     = var.deploy_role_arn
  namespace           = local.namespace
  log_retention_days  = var.log_retention_days
  deletion_protection = local.production
}

module "rds" {
  source = "./modules/rds"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.database_subnet_ids
  client_group_id     = module.eks.cluster_security_group_id
  instance_class      = var.database_instance_class
  multi_az            = var.database_multi_az
  backup_days         = local.production ? 35 : 7
  deletion_protection = local.production
  skip_final_snapshot = var.force_destroy
  log_retention_days  = var.log_retention_days
}

module "s3" {
  source = "./modules/s3"

  name           = "${local.name}-${var.account_id}"
  site_origin    = "https://${var.domain_name}"
  force_destroy  = var.force_destroy
  old_copies_for = local.production ? 30 : 7
}

module "sns" {
  source = "./modules/sns"

  name                  = local.name
  account_id            = var.account_id
  alarm_email           = var.alarm_email
  inbound_url           = "https://${var.domain_name}/notifications/sns/"
  ses_identity          = var.ses_identity
  sms_monthly_limit_usd = var.sms_monthly_limit_usd
}

module "secrets" {
  source = "./modules/secrets"

  name          = local.name
  recovery_days = var.force_destroy ? 0 : 30
}

module "acm" {
  source = "./modules/acm"

  domain_name = var.domain_name
  zone_id     = var.zone_id
}

module "alb" {
  source = "./modules/alb"

  name                = local.name
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  certificate_arn     = module.acm.certificate_arn
  domain_name         = var.domain_name
  zone_id             = var.zone_id
  cluster_name        = module.eks.cluster_name
  pod_group_id        = module.eks.cluster_security_group_id
  port                = local.port
  services            = local.services
  log_bucket          = module.s3.log_bucket
  deletion_protection = local.production
}

module "workload_identity" {
  source = "./modules/workload_identity"

  name                = local.name
  account_id          = var.account_id
  region              = var.region
  cluster_name        = module.eks.cluster_name
  namespace           = local.namespace
  bucket_arn          = module.s3.bucket_arn
  bucket_key_arn      = module.s3.key_arn
  topic_arn           = module.sns.events_topic_arn
  alarms_topic_arn    = module.sns.alarms_topic_arn
  inbound_topic_arns  = module.sns.inbound_topic_arns
  topic_key_arn       = module.sns.key_arn
  app_secret_arn      = module.secrets.secret_arn
  app_secret_key_arn  = module.secrets.key_arn
  login_secret_arns   = module.secrets.login_secret_arns
  database_secret_arn = module.rds.master_secret_arn
  database_key_arn    = module.rds.key_arn
}

module "observability" {
  source = "./modules/observability"

  name                 = local.name
  environment          = var.environment
  monthly_budget_usd   = var.monthly_budget_usd
  region               = var.region
  cluster_name         = module.eks.cluster_name
  alarm_topic_arn      = module.sns.alarms_topic_arn
  alb_arn_suffix       = module.alb.arn_suffix
  target_groups        = module.alb.target_group_arn_suffixes
  database_id          = module.rds.identifier
  database_storage_gib = module.rds.allocated_storage_gib
  log_retention_days   = var.log_retention_days
}

# Off, unless a connection is named: GitHub's workflows do the same (.github/workflows/deploy.yml).
module "pipeline" {
  source = "./modules/pipeline"
  count  = var.pipeline_connection_arn == "" ? 0 : 1

  name               = local.name
  environment        = var.environment
  connection_arn     = var.pipeline_connection_arn
  repository         = var.pipeline_repository
  vpc_id             = module.network.vpc_id
  subnet_ids         = module.network.private_subnet_ids
  cluster_name       = module.eks.cluster_name
  cluster_group_id   = module.eks.cluster_security_group_id
  namespace          = local.namespace
  repository_url     = module.ecr.repository_url
  log_retention_days = var.log_retention_days
  outputs            = local.deploy_outputs
}
