output "key_arn" {
  description = "Key of the secret."
  value       = module.key.arn
}

output "secret_arn" {
  description = "The secret with the site's settings."
  value       = aws_secretsmanager_secret.app.arn
}
