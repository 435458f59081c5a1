output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "For the balancer."
  value       = aws_subnet.public[*].id
}

output "private_subnet_ids" {
  description = "For pods."
  value       = aws_subnet.private[*].id
}

output "database_subnet_ids" {
  description = "For the database: no route leads out of them."
  value       = aws_subnet.database[*].id
}
