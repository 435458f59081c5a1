output "state_bucket" {
  description = "For env/*.backend.hcl."
  value       = aws_s3_bucket.state.id
}

output "plan_role_arn" {
  description = "Repository variable PLAN_ROLE_ARN."
  value       = aws_iam_role.github["plan"].arn
}

output "apply_role_arns" {
  description = "Variable APPLY_ROLE_ARN of each environment ENV-infra."
  value       = { for environment in var.environments : environment => aws_iam_role.github["apply-${environment}"].arn }
}

output "deploy_role_arns" {
  description = "Variable DEPLOY_ROLE_ARN of each environment, and deploy_role_arn in env/*.tfvars."
  value       = { for environment in var.environments : environment => aws_iam_role.github["deploy-${environment}"].arn }
}
