output "address" {
  description = "Host name of the database."
  value       = aws_db_instance.this.address
}

output "allocated_storage_gib" {
  description = "Its storage at first, in GiB."
  value       = aws_db_instance.this.allocated_storage
}

output "database_name" {
  description = "Name of the database in it."
  value       = aws_db_instance.this.db_name
}

output "identifier" {
  description = "Identifier, for metrics."
  value       = aws_db_instance.this.identifier
}

output "key_arn" {
  description = "Key of the database and of its password."
  value       = module.key.arn
}

output "master_secret_arn" {
  description = "Secret with username and password, which RDS rotates."
  value       = one(aws_db_instance.this.master_user_secret[*].secret_arn)
}
