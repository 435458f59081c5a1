# Once per account, by a person: the bucket that states live in, the trust in GitHub's tokens, the
# roles that the pipeline takes, and a budget. Its own state is local, and small enough to be made
# again by import.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  issuer    = "token.actions.githubusercontent.com"
}

module "key" {
  source = "../modules/kms_key"

  name        = "${var.project}-state"
  description = "Terraform states of ${var.project}"
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_144:A state that is lost can be imported again; versions keep it from mistakes.
  #checkov:skip=CKV_AWS_18:Whoever reads states is in CloudTrail; a log bucket of its own would be one more thing to lose.
  #checkov:skip=CKV2_AWS_62:Nothing waits for states.
  bucket = "${var.project}-state-${local.account}"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = module.key.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-states"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }

    noncurrent_version_expiration {
      noncurrent_days           = 365
      newer_noncurrent_versions = 50
    }
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

# For Terraform before 1.10, which has no lock file in S3: dynamodb_table = "…" in the backend.
resource "aws_dynamodb_table" "lock" {
  #checkov:skip=CKV_AWS_28:Locks last minutes: there is nothing to restore.
  #checkov:skip=CKV2_AWS_16:On demand: there is no capacity to scale.
  count = var.dynamodb_lock ? 1 : 0

  name         = "${var.project}-state-lock"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "LockID"

  attribute {
    name = "LockID"
    type = "S"
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = module.key.arn
  }
}

# GitHub's tokens instead of keys: AWS knows GitHub's certificate by itself, so no thumbprint.
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  # Which workflow runs may take which role. A fork's pull request gets no token at all. What runs by
  # the clock, to look for drift, does so on main.
  subjects = merge(
    { plan = ["repo:${var.github_repository}:pull_request", "repo:${var.github_repository}:ref:refs/heads/main"] },
    { for environment in var.environments : "apply-${environment}" => ["repo:${var.github_repository}:environment:${environment}-infra"] },
    { for environment in var.environments : "deploy-${environment}" => ["repo:${var.github_repository}:environment:${environment}"] },
  )
}

resource "aws_iam_role" "github" {
  for_each = local.subjects

  name                 = "${var.project}-github-${each.key}"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = each.value
        }
      }
    }]
  })
}

# Plans read everything but what people have stored and what secrets say.
resource "aws_iam_role_policy_attachment" "plan" {
  role       = aws_iam_role.github["plan"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_role_policy" "plan" {
  name = "not-the-contents"
  role = aws_iam_role.github["plan"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid         = "NoContents"
        Effect      = "Deny"
        Action      = ["s3:GetObject", "s3:GetObjectVersion", "secretsmanager:GetSecretValue", "logs:GetLogEvents", "logs:FilterLogEvents"]
        NotResource = "${aws_s3_bucket.state.arn}/*"
      },
      {
        Sid      = "OpenStates"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = module.key.arn
      },
      # No lock: `plan -lock=false`, so that a pull request cannot hold up an apply.
    ]
  })
}

# Applying makes roles, keys and networks; so whoever may apply could make himself anything. What
# holds is who may take this role: a run in an environment that a person must approve.
resource "aws_iam_role_policy_attachment" "apply" {
  #checkov:skip=CKV_AWS_274:See above: the gate is the environment's approval, and allowed_account_ids.
  for_each = toset(var.environments)

  role       = aws_iam_role.github["apply-${each.key}"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AdministratorAccess"
}

# Deploying pushes an image and talks to the cluster, which decides by its access entry.
resource "aws_iam_role_policy" "deploy" {
  for_each = toset(var.environments)

  name = "deploy"
  role = aws_iam_role.github["deploy-${each.key}"].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "SignInToTheRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "PushAndPull"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages",
          "ecr:DescribeImageScanFindings", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = "arn:${local.partition}:ecr:*:${local.account}:repository/${var.project}-${each.key}"
      },
      {
        Sid      = "FindTheCluster"
        Effect   = "Allow"
        Action   = "eks:DescribeCluster"
        Resource = "arn:${local.partition}:eks:*:${local.account}:cluster/${var.project}-${each.key}"
      },
      {
        Sid      = "ReadTheOutputs"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${aws_s3_bucket.state.arn}/${each.key}/outputs.json"
      },
      {
        Sid      = "OpenTheOutputs"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = module.key.arn
      },
    ]
  })
}

resource "aws_budgets_budget" "monthly" {
  name         = "${var.project}-monthly"
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "notification" {
    for_each = { half = ["ACTUAL", 50], most = ["ACTUAL", 90], soon = ["FORECASTED", 100] }

    content {
      notification_type          = notification.value[0]
      threshold                  = notification.value[1]
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = [var.alarm_email]
    }
  }
}
