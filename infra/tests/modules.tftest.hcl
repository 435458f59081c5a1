# Modules by themselves.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
}

run "one_gateway_serves_three_zones" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    name               = "t"
    cidr               = "10.20.0.0/16"
    zone_count         = 3
    nat_gateway_count  = 1
    log_retention_days = 14
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && length(aws_route.private) == 3
    error_message = "Every zone has its way out, over the one gateway."
  }

  assert {
    condition     = length(distinct(concat(aws_subnet.private[*].cidr_block, aws_subnet.public[*].cidr_block, aws_subnet.database[*].cidr_block))) == 9
    error_message = "No two subnets share addresses."
  }
}

run "more_gateways_than_zones_are_not_made" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    name               = "t"
    cidr               = "10.20.0.0/16"
    zone_count         = 2
    nat_gateway_count  = 3
    log_retention_days = 14
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 2
    error_message = "A gateway for each zone, no more."
  }
}

run "a_balancer_needs_one_part_for_the_rest" {
  command = plan

  module {
    source = "./modules/alb"
  }

  variables {
    name                = "t"
    vpc_id              = "vpc-0"
    subnet_ids          = ["subnet-0", "subnet-1"]
    certificate_arn     = "arn:aws:acm:eu-central-1:123456789012:certificate/0"
    domain_name         = "vault.example.com"
    zone_id             = "Z0123456789"
    cluster_name        = "t"
    pod_group_id        = "sg-0"
    port                = 8000
    log_bucket          = "logs"
    deletion_protection = false
    services            = { accounts = ["/account/*"], files = ["/files/*"] }
  }

  expect_failures = [var.services]
}
