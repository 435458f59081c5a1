# Who may do what on AWS: one role for each service account, by Pod Identity. A part of the site
# that is broken into has its own reach and no more.

data "aws_partition" "current" {}

locals {
  # Whose database login each signs in with; migrations run as the tables' owner.
  logins = {
    accounts      = "accounts"
    admin         = "admin"
    files         = "files"
    notifications = "notifications"
    scheduler     = "worker"
    worker        = "worker"
  }

  secrets = { for name, login in local.logins : name => [{
    Sid      = "ReadOwnSettings"
    Effect   = "Allow"
    Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    Resource = [var.app_secret_arn, var.login_secret_arns[login]]
    }, {
    Sid       = "OpenOwnSettings"
    Effect    = "Allow"
    Action    = "kms:Decrypt"
    Resource  = [var.app_secret_key_arn]
    Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
  }] }

  # It makes the logins (manage.py database_roles), and puts their passwords where they read them.
  owners_secrets = [{
    Sid      = "ReadSettings"
    Effect   = "Allow"
    Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    Resource = concat([var.app_secret_arn, var.database_secret_arn], values(var.login_secret_arns))
    }, {
    Sid      = "RenewLogins"
    Effect   = "Allow"
    Action   = "secretsmanager:PutSecretValue"
    Resource = values(var.login_secret_arns)
    }, {
    Sid       = "OpenSettings"
    Effect    = "Allow"
    Action    = "kms:Decrypt"
    Resource  = [var.app_secret_key_arn, var.database_key_arn]
    Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
    }, {
    Sid       = "CloseLogins"
    Effect    = "Allow"
    Action    = "kms:GenerateDataKey"
    Resource  = [var.app_secret_key_arn]
    Condition = { StringEquals = { "kms:ViaService" = "secretsmanager.${var.region}.amazonaws.com" } }
  }]

  # What each may touch in the bucket: keys begin with what they are (files/blobs.py,
  # files/previews/make.py, accounts/avatars/changes.py, accounts/archives.py). `manage.py doctor`
  # writes below one of them, too (devops360/doctor/stores.py).
  prefixes = {
    accounts = ["avatars", "exports"]
    files    = ["previews", "users"]
    worker   = ["avatars", "exports", "previews", "users"]
  }

  bucket = { for name, prefixes in local.prefixes : name => [{
    Sid      = "OwnPrefixes"
    Effect   = "Allow"
    Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
    Resource = [for prefix in prefixes : "${var.bucket_arn}/${prefix}/*"]
    }, {
    Sid      = "LookIntoTheBucket"
    Effect   = "Allow"
    Action   = ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
    Resource = [var.bucket_arn]
    }, {
    Sid       = "BucketKey"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = [var.bucket_key_arn]
    Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
  }] }

  # /readyz of every part asks for an object that is never there (devops360/health.py): without
  # ListBucket, S3 answers that with a refusal.
  probe = [{
    Sid      = "AskForTheProbe"
    Effect   = "Allow"
    Action   = "s3:GetObject"
    Resource = "${var.bucket_arn}/health/probe"
    }, {
    Sid      = "TellMissingFromRefused"
    Effect   = "Allow"
    Action   = "s3:ListBucket"
    Resource = var.bucket_arn
  }]

  topic = [{
    Sid      = "PublishToTopics"
    Effect   = "Allow"
    Action   = "sns:Publish"
    Resource = [var.topic_arn, var.alarms_topic_arn]
    }, {
    Sid       = "TopicKey"
    Effect    = "Allow"
    Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
    Resource  = var.topic_key_arn
    Condition = { StringEquals = { "kms:ViaService" = "sns.${var.region}.amazonaws.com" } }
  }]

  # The site is told of the subscription; its worker confirms it (notifications/receivers/tasks.py).
  subscribe = [{
    Sid      = "ConfirmWhatIsReported"
    Effect   = "Allow"
    Action   = "sns:ConfirmSubscription"
    Resource = var.inbound_topic_arns
  }]

  # A text message has no ARN but its number: everything but what SNS gives an ARN to. The account's
  # monthly limit is what holds the bill.
  sms = [{
    Sid         = "TextMessagesAlone"
    Effect      = "Allow"
    Action      = "sns:Publish"
    NotResource = "arn:${data.aws_partition.current.partition}:sns:*:*:*"
  }]

  statements = {
    accounts      = concat(local.secrets.accounts, local.probe, local.bucket.accounts, local.sms)
    admin         = concat(local.secrets.admin, local.probe)
    files         = concat(local.secrets.files, local.probe, local.bucket.files)
    migrate       = local.owners_secrets
    notifications = concat(local.secrets.notifications, local.probe)
    scheduler     = local.secrets.scheduler
    worker        = concat(local.secrets.worker, local.probe, local.bucket.worker, local.topic, local.subscribe, local.sms)
  }
}

resource "aws_iam_role" "this" {
  for_each = local.statements

  name = "${var.name}-${each.key}"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnEquals    = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:eks:${var.region}:${var.account_id}:cluster/${var.cluster_name}" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = local.statements

  name = "reach"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = each.value
  })
}

resource "aws_eks_pod_identity_association" "this" {
  for_each = local.statements

  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = each.key
  role_arn        = aws_iam_role.this[each.key].arn
}
