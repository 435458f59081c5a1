output "log_group" {
  description = "Where the pods' output goes."
  value       = aws_cloudwatch_log_group.pods.name
}
