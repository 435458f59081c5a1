# The place of the site's secrets, without their values: those are put there by `make aws-secrets`,
# so that neither the state nor a plan ever holds one.

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
