# The place of the site's secrets, without their values: those are put there by `make aws-secrets`
# and by the migration, so that neither the state nor a plan ever holds one.

locals {
  login_secrets = "${var.name}/database/"
}

module "key" {
  source = "../kms_key"

  name        = "${var.name}-secrets"
  description = "Secrets of ${var.name}"
}

resource "aws_secretsmanager_secret" "app" {
  #checkov:skip=CKV2_AWS_57:A new SECRET_KEY is put beside the old one by infra/bin/fill_secrets.py, and pods are rolled out then: a Lambda can do the first alone. The database's password is rotated by RDS.
  name                    = "${var.name}/app"
  description             = "Settings that are secret: SECRET_KEY, EMAIL_URL and others, as one JSON object"
  kms_key_id              = module.key.arn
  recovery_window_in_days = var.recovery_days
}

# A database login for each part of the site (devops360/database_roles.py), filled and renewed by
# `manage.py database_roles --secrets` in the migration of each roll-out.
resource "aws_secretsmanager_secret" "login" {
  #checkov:skip=CKV2_AWS_57:Renewed by the migration when they are older than 30 days: a Lambda would need the owner's rights, and a network of its own.
  for_each = toset(["accounts", "admin", "files", "notifications", "worker"])

  name                    = "${local.login_secrets}${each.key}"
  description             = "User and password by which ${each.key} signs in to the database"
  kms_key_id              = module.key.arn
  recovery_window_in_days = var.recovery_days
}
