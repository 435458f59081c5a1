# About $590 a month before the first visitor: infra/README.md, Costs.
environment             = "production"
account_id              = "000000000000"
domain_name             = "vault.example.com"
zone_id                 = "Z0000000000000"
alarm_email             = "ops@example.com"
availability_zone_count = 3
nat_gateway_count       = 3
database_instance_class = "db.m7g.large"
database_multi_az       = true
log_retention_days      = 90
sms_monthly_limit_usd   = 20
monthly_budget_usd      = 800
interface_endpoints     = ["ecr.api", "ecr.dkr", "secretsmanager"]
network_cidr            = "10.22.0.0/16"
