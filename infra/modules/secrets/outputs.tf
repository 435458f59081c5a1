output "key_arn" {
  description = "Key of the secrets."
  value       = module.key.arn
}

output "login_secret_arns" {
  description = "The secret of each database login, by the part of the site that it is for."
  value       = { for part, secret in aws_secretsmanager_secret.login : part => secret.arn }
}

output "login_secrets" {
  description = "What the names of those secrets begin with; the part's name follows."
  value       = local.login_secrets
}

output "secret_arn" {
  description = "The secret with the site's settings."
  value       = aws_secretsmanager_secret.app.arn
}
