# What is watched, and what rings: each alarm goes to the topic that an operator subscribes to, and
# says when it is over. What to do then is in infra/README.md.

locals {
  # Where the add-on below writes to; made here, so that it has a key and an end.
  log_group = "/aws/containerinsights/${var.cluster_name}/application"
  # Words of the site's log lines (devops360/observability/logs.py); tests/infra/own/agreement.py
  # looks for them in the code.
  patterns = {
    errors       = "?ERROR ?CRITICAL"
    dead_letters = "\"delivery dead\""
    abandoned    = "\"abandoned task\""
    queue_old    = "\"queue too old\""
  }
  metrics_namespace = "DevOps360/${var.name}"

  alarms = {
    balancer-errors = {
      text       = "The balancer answers 5xx by itself: no pod could be reached.", namespace = "AWS/ApplicationELB"
      metric     = "HTTPCode_ELB_5XX_Count", statistic = "Sum", threshold = 5, above = true
      dimensions = { LoadBalancer = var.alb_arn_suffix }, missing = "notBreaching", periods = 2
    }
    site-errors = {
      text       = "The site answers 5xx.", namespace = "AWS/ApplicationELB"
      metric     = "HTTPCode_Target_5XX_Count", statistic = "Sum", threshold = 10, above = true
      dimensions = { LoadBalancer = var.alb_arn_suffix }, missing = "notBreaching", periods = 2
    }
    database-cpu = {
      text       = "The database has been busy for a quarter of an hour.", namespace = "AWS/RDS"
      metric     = "CPUUtilization", statistic = "Average", threshold = 85, above = true
      dimensions = { DBInstanceIdentifier = var.database_id }, missing = "breaching", periods = 3
    }
    database-storage = {
      text       = "Less than a fifth of the database's storage is free.", namespace = "AWS/RDS"
      metric     = "FreeStorageSpace", statistic = "Minimum", above = false
      threshold  = var.database_storage_gib * 1024 * 1024 * 1024 / 5
      dimensions = { DBInstanceIdentifier = var.database_id }, missing = "breaching", periods = 1
    }
    database-connections = {
      text       = "The database is near its limit of connections.", namespace = "AWS/RDS"
      metric     = "DatabaseConnections", statistic = "Maximum", threshold = 70, above = true
      dimensions = { DBInstanceIdentifier = var.database_id }, missing = "notBreaching", periods = 2
    }
    log-errors = {
      text       = "The site logs errors.", namespace = local.metrics_namespace
      metric     = "errors", statistic = "Sum", threshold = 10, above = true
      dimensions = {}, missing = "notBreaching", periods = 1
    }
    dead-letters = {
      text       = "A message to somebody was given up: see the admin's deliveries.", namespace = local.metrics_namespace
      metric     = "dead_letters", statistic = "Sum", threshold = 0, above = true
      dimensions = {}, missing = "notBreaching", periods = 1
    }
    abandoned-tasks = {
      text       = "A worker died over its task.", namespace = local.metrics_namespace
      metric     = "abandoned", statistic = "Sum", threshold = 2, above = true
      dimensions = {}, missing = "notBreaching", periods = 1
    }
    # The scheduler looks at it (devops360/observability/overdue.py), for as long as it lasts.
    queue-old = {
      text       = "What is to be done, or whom to tell, has waited for ten minutes: no worker keeps up.", namespace = local.metrics_namespace
      metric     = "queue_old", statistic = "Sum", threshold = 0, above = true
      dimensions = {}, missing = "notBreaching", periods = 2
    }
    # The scheduler's CronJob runs every five minutes and logs a line: silence is what tells that
    # nothing runs at all.
    scheduler-silent = {
      text       = "Nothing has looked at the clock for a quarter of an hour: jobs stand still.", namespace = local.metrics_namespace
      metric     = "scheduler_ran", statistic = "Sum", threshold = 1, above = false
      dimensions = {}, missing = "breaching", periods = 3
    }
  }
}

module "key" {
  source = "../kms_key"

  name        = "${var.name}-logs"
  description = "Logs of the pods of ${var.name}"
  services    = ["logs.${var.region}.amazonaws.com"]
}

resource "aws_cloudwatch_log_group" "pods" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is each environment's decision: log_retention_days, 90 in production.
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = module.key.arn
}

# Auto Mode's nodes send no logs by themselves: AWS's add-on reads what pods print.
data "aws_partition" "current" {}

resource "aws_iam_role" "agent" {
  name = "${var.name}-log-agent"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "pods.eks.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession"]
    }]
  })
}

resource "aws_iam_role_policy_attachment" "agent" {
  role       = aws_iam_role.agent.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/CloudWatchAgentServerPolicy"
}

resource "aws_eks_addon" "logs" {
  cluster_name                = var.cluster_name
  addon_name                  = "amazon-cloudwatch-observability"
  resolve_conflicts_on_update = "OVERWRITE"

  pod_identity_association {
    service_account = "cloudwatch-agent"
    role_arn        = aws_iam_role.agent.arn
  }

  depends_on = [aws_cloudwatch_log_group.pods, aws_iam_role_policy_attachment.agent]
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  for_each = merge(local.patterns, { scheduler_ran = "\"jobs enqueued\"" })

  name           = each.key
  log_group_name = aws_cloudwatch_log_group.pods.name
  pattern        = each.value

  metric_transformation {
    name      = each.key
    namespace = local.metrics_namespace
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.text
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  statistic           = each.value.statistic
  dimensions          = each.value.dimensions
  period              = 300
  evaluation_periods  = each.value.periods
  threshold           = each.value.threshold
  comparison_operator = each.value.above ? "GreaterThanThreshold" : "LessThanThreshold"
  treat_missing_data  = each.value.missing
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name          = "${var.name}-slow"
  alarm_description   = "One answer in a hundred takes longer than two seconds."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "TargetResponseTime"
  extended_statistic  = "p99"
  dimensions          = { LoadBalancer = var.alb_arn_suffix }
  period              = 300
  evaluation_periods  = 3
  threshold           = 2
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "unhealthy" {
  for_each = var.target_groups

  alarm_name          = "${var.name}-${each.key}-unhealthy"
  alarm_description   = "Pods of ${each.key} do not answer /readyz."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  statistic           = "Minimum"
  dimensions          = { LoadBalancer = var.alb_arn_suffix, TargetGroup = each.value }
  period              = 60
  evaluation_periods  = 3
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
}

# What this environment costs, to the same people: bootstrap's budget is for the whole account. Counted
# by our tag, which has to be made a cost allocation tag once (infra/README.md).
resource "aws_budgets_budget" "this" {
  name         = "${var.name}-monthly"
  budget_type  = "COST"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = [format("user:Environment$%s", var.environment)]
  }

  dynamic "notification" {
    for_each = { most = ["ACTUAL", 90], soon = ["FORECASTED", 100] }

    content {
      notification_type         = notification.value[0]
      threshold                 = notification.value[1]
      threshold_type            = "PERCENTAGE"
      comparison_operator       = "GREATER_THAN"
      subscriber_sns_topic_arns = [var.alarm_topic_arn]
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in [
        { title = "Requests", metrics = [["AWS/ApplicationELB", "RequestCount", "LoadBalancer", var.alb_arn_suffix, { stat = "Sum" }]] },
        { title = "Answer times", metrics = [
          ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.alb_arn_suffix, { stat = "p50" }],
          ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.alb_arn_suffix, { stat = "p99" }],
        ] },
        { title = "Errors", metrics = [
          ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", var.alb_arn_suffix, { stat = "Sum" }],
          ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", var.alb_arn_suffix, { stat = "Sum" }],
          [local.metrics_namespace, "errors", { stat = "Sum" }],
        ] },
        { title = "Database", metrics = [
          ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database_id],
          ["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", var.database_id],
        ] },
        { title = "Messages given up", metrics = [[local.metrics_namespace, "dead_letters", { stat = "Sum" }]] },
        { title = "Looks that found a queue too old", metrics = [[local.metrics_namespace, "queue_old", { stat = "Sum" }]] },
        { title = "Text messages this month, in dollars", metrics = [["AWS/SNS", "SMSMonthToDateSpentUSD", { stat = "Maximum" }]] },
        ] : {
        type       = "metric"
        x          = (index % 2) * 12
        y          = floor(index / 2) * 6
        width      = 12
        height     = 6
        properties = { title = widget.title, region = var.region, metrics = widget.metrics, view = "timeSeries" }
      }
    ]
  })
}
