"""`make aws-local`: the site on AWS's interfaces, on one machine, without account or containers.

SeaweedFS is S3, moto's server is SNS and Secrets Manager. What is stored stays in var/aws-local.
"""
