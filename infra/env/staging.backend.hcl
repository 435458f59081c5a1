# Made by infra/bootstrap; put your account's number in.
bucket = "devops360-state-000000000000"
key    = "staging/terraform.tfstate"
region = "eu-central-1"
