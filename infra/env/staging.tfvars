# About $220 a month: production's shape at dev's size, so that what fails, fails here.
environment             = "staging"
account_id              = "000000000000"
domain_name             = "staging.vault.example.com"
zone_id                 = "Z0000000000000"
alarm_email             = "ops@example.com"
availability_zone_count = 3
nat_gateway_count       = 1
database_instance_class = "db.t4g.small"
database_multi_az       = false
log_retention_days      = 30
sms_monthly_limit_usd   = 1
monthly_budget_usd      = 280
network_cidr            = "10.21.0.0/16"
