# About $210 a month: infra/README.md, Costs. Put your own account, zone and addresses in.
environment             = "dev"
account_id              = "000000000000"
domain_name             = "dev.vault.example.com"
zone_id                 = "Z0000000000000"
alarm_email             = "ops@example.com"
availability_zone_count = 2
nat_gateway_count       = 1
database_instance_class = "db.t4g.micro"
database_multi_az       = false
log_retention_days      = 14
force_destroy           = true
sms_monthly_limit_usd   = 1
monthly_budget_usd      = 260
