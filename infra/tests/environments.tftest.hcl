# What holds of the whole, whatever a module says: tried on a mocked AWS, applied and planned.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }

  mock_data "aws_region" {
    defaults = { region = "eu-central-1" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_resource "aws_acm_certificate" {
    defaults = {
      domain_validation_options = [{
        domain_name           = "vault.example.com"
        resource_record_name  = "_proof.vault.example.com"
        resource_record_type  = "CNAME"
        resource_record_value = "_proof.acm.example.com"
      }]
    }
  }

  mock_resource "aws_eks_cluster" {
    defaults = {
      vpc_config = { cluster_security_group_id = "sg-0cluster" }
    }
  }
}

variables {
  account_id  = "123456789012"
  alarm_email = "ops@example.com"
  domain_name = "vault.example.com"
  zone_id     = "Z0123456789"

  monthly_budget_usd = 900
}

run "dev_is_small" {
  command = plan

  variables {
    environment             = "dev"
    availability_zone_count = 2
    force_destroy           = true
  }

  assert {
    condition     = length(module.network.private_subnet_ids) == 2
    error_message = "Two zones were asked for."
  }

  assert {
    condition     = output.monthly_floor_usd <= 220
    error_message = "Dev has grown dearer than about 220 dollars a month: is that meant?"
  }
}

run "production_is_whole" {
  command = apply

  variables {
    environment             = "production"
    nat_gateway_count       = 3
    database_instance_class = "db.m7g.large"
    database_multi_az       = true
  }

  assert {
    condition     = output.site_url == "https://vault.example.com"
    error_message = "The site is under HTTPS."
  }

  assert {
    condition     = toset(keys(output.target_group_arns)) == toset(["accounts", "admin", "files", "notifications"])
    error_message = "Each part of the site has a target group."
  }

  assert {
    condition     = strcontains(output.database_url, "sslmode=verify-full") && !strcontains(output.database_url, "@")
    error_message = "The database is spoken to over TLS that is verified, and its address holds no password."
  }
}

run "production_keeps_what_people_store" {
  command = plan

  variables {
    environment   = "production"
    force_destroy = true
  }

  expect_failures = [var.force_destroy]
}

run "nobody_opens_the_cluster_to_everybody" {
  command = plan

  variables {
    environment             = "dev"
    api_public_access_cidrs = ["0.0.0.0/0"]
  }

  expect_failures = [var.api_public_access_cidrs]
}

run "a_pipeline_is_made_where_it_is_wanted" {
  command = plan

  variables {
    environment             = "production"
    pipeline_connection_arn = "arn:aws:codeconnections:eu-central-1:123456789012:connection/0"
    pipeline_repository     = "somebody/devops360"
  }

  assert {
    condition     = length(module.pipeline) == 1
    error_message = "A connection was named."
  }
}
