# Topics out: events, which the site publishes and others may subscribe to, and alarms, which reach the
# operator. Topics in: what became of mails and texts, which the site is told over HTTPS. And the
# account's limit on what text messages may cost.

module "key" {
  source = "../kms_key"

  name        = "${var.name}-topics"
  description = "Messages of ${var.name}"
  services    = concat(["cloudwatch.amazonaws.com", "budgets.amazonaws.com"], values(local.reporters))
}

locals {
  # What is reported to the site, and which service of AWS does so.
  reporters = {
    mail = "ses.amazonaws.com"
    text = "sms-voice.amazonaws.com"
  }
}

resource "aws_sns_topic" "events" {
  name                                  = "${var.name}-events"
  kms_master_key_id                     = module.key.arn
  signature_version                     = 2
  http_success_feedback_role_arn        = aws_iam_role.feedback.arn
  http_success_feedback_sample_rate     = 10
  http_failure_feedback_role_arn        = aws_iam_role.feedback.arn
  sqs_failure_feedback_role_arn         = aws_iam_role.feedback.arn
  application_failure_feedback_role_arn = aws_iam_role.feedback.arn
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = module.key.arn
}

resource "aws_sns_topic_policy" "this" {
  for_each = { events = aws_sns_topic.events.arn, alarms = aws_sns_topic.alarms.arn }

  arn = each.value

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = each.value
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      each.key != "alarms" ? [] : [{
        Sid       = "AlarmsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
        Action    = "sns:Publish"
        Resource  = each.value
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      }]
    )
  })
}

# Standard ones: SES takes no other, and FIFO topics do not post over HTTPS.
resource "aws_sns_topic" "inbound" {
  for_each = local.reporters

  name                              = "${var.name}-${each.key}-reports"
  kms_master_key_id                 = module.key.arn
  signature_version                 = 2
  http_failure_feedback_role_arn    = aws_iam_role.feedback.arn
  http_success_feedback_role_arn    = aws_iam_role.feedback.arn
  http_success_feedback_sample_rate = 10
}

resource "aws_sns_topic_policy" "inbound" {
  for_each = local.reporters

  arn = aws_sns_topic.inbound[each.key].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.inbound[each.key].arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "ReportsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = each.value }
        Action    = "sns:Publish"
        Resource  = aws_sns_topic.inbound[each.key].arn
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  })
}

# The site confirms by itself, once it is there: so not endpoint_auto_confirms, which would wait for a
# site that the same apply makes possible. infra/bin/up has SNS ask again after the roll-out.
resource "aws_sns_topic_subscription" "inbound" {
  for_each = local.reporters

  topic_arn = aws_sns_topic.inbound[each.key].arn
  protocol  = "https"
  endpoint  = var.inbound_url

  # A roll-out or a lost zone is survived: half an hour. The site believes no message that is older
  # than 75 minutes (notifications/inbound/signature.py), and SNS allows an hour.
  delivery_policy = jsonencode({
    healthyRetryPolicy = {
      minDelayTarget     = 30
      maxDelayTarget     = 600
      numRetries         = 8
      numMaxDelayRetries = 0
      numMinDelayRetries = 0
      numNoDelayRetries  = 0
      backoffFunction    = "exponential"
    }
  })
}

# Where mail goes out by SES.
resource "aws_ses_identity_notification_topic" "this" {
  for_each = toset(var.ses_identity == "" ? [] : ["Bounce", "Complaint"])

  identity          = var.ses_identity
  notification_type = each.key
  topic_arn         = aws_sns_topic.inbound["mail"].arn

  # SES tries whether it may publish.
  depends_on = [aws_sns_topic_policy.inbound]
}

# Must be confirmed from the mailbox: until then, alarms reach nobody.
resource "aws_sns_topic_subscription" "operator" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_iam_role" "feedback" {
  name = "${var.name}-sns-feedback"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "feedback" {
  name = "write-delivery-logs"
  role = aws_iam_role.feedback.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:PutRetentionPolicy"]
      Resource = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.region}:${var.account_id}:log-group:sns/*"
    }]
  })
}

# One per account and region: the environment that applies last decides.
resource "aws_sns_sms_preferences" "this" {
  monthly_spend_limit                   = var.sms_monthly_limit_usd
  default_sms_type                      = "Transactional"
  delivery_status_iam_role_arn          = aws_iam_role.feedback.arn
  delivery_status_success_sampling_rate = "10"
}
