output "alarms_topic_arn" {
  description = "Topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}

output "events_topic_arn" {
  description = "Topic that the site publishes to."
  value       = aws_sns_topic.events.arn
}

output "key_arn" {
  description = "Key of both topics."
  value       = module.key.arn
}
