# About $400 a month before the first visitor.
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
network_cidr            = "10.22.0.0/16"
