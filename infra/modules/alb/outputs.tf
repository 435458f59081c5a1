output "arn_suffix" {
  description = "The balancer, as its metrics call it."
  value       = aws_lb.this.arn_suffix
}

output "target_group_arn_suffixes" {
  description = "Each target group, as its metrics call it."
  value       = { for name, group in aws_lb_target_group.this : name => group.arn_suffix }
}

output "target_group_arns" {
  description = "Target group of each part of the site."
  value       = { for name, group in aws_lb_target_group.this : name => group.arn }
}
