output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_eks_cluster.this.name
}

output "cluster_security_group_id" {
  description = "The group that nodes, and so pods, stand in."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}
