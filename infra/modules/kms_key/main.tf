# A key of one's own: rotated every year, deletable only after thirty days, and usable by the
# services that are named, on behalf of this account alone.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_kms_key" "this" {
  description             = var.description
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        # Without this statement a key can become unmanageable; it grants nothing by itself but
        # what IAM policies of this account grant.
        Sid       = "AccountDecidesByIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      }],
      [for service in var.services : {
        Sid       = "Service${replace(title(replace(service, ".", " ")), " ", "")}"
        Effect    = "Allow"
        Principal = { Service = service }
        Action    = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        # Logs tells for which group it asks; the others tell for which account.
        Condition = {
          for operator, keys in {
            ArnLike      = { "kms:EncryptionContext:aws:logs:arn" = "arn:${data.aws_partition.current.partition}:logs:*:${data.aws_caller_identity.current.account_id}:log-group:*" }
            StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
          } : operator => keys if(operator == "ArnLike") == startswith(service, "logs.")
        }
      }]
    )
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
