output "bucket" {
  description = "Name of the uploads bucket."
  value       = aws_s3_bucket.uploads.id
}

output "bucket_arn" {
  description = "ARN of the uploads bucket."
  value       = aws_s3_bucket.uploads.arn
}

output "key_arn" {
  description = "Key of the uploads bucket."
  value       = module.key.arn
}

output "log_bucket" {
  description = "Name of the log bucket."
  value       = aws_s3_bucket.logs.id
}
