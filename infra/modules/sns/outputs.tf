output "alarms_topic_arn" {
  description = "Topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}

output "events_topic_arn" {
  description = "Topic that the site publishes to."
  value       = aws_sns_topic.events.arn
}

output "inbound_topic_arns" {
  description = "Topics that report to the site what became of mails and texts."
  value       = [for name in sort(keys(aws_sns_topic.inbound)) : aws_sns_topic.inbound[name].arn]
}

output "key_arn" {
  description = "Key of all topics."
  value       = module.key.arn
}
