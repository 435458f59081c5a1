# Partial: `terraform init -backend-config=env/ENV.backend.hcl` names the bucket, which bootstrap/ has
# made. The lock is a file beside the state, S3's own.
terraform {
  backend "s3" {
    use_lockfile = true
    encrypt      = true
  }
}
