# For those who stay inside AWS: CodePipeline and CodeBuild in place of GitHub's workflows. The build
# stands in the private subnets, so that it reaches the cluster's API; production waits for a person.

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.region
  aws     = data.aws_partition.current.partition
}

module "key" {
  source = "../kms_key"

  name        = "${var.name}-pipeline"
  description = "Artifacts and logs of the pipeline of ${var.name}"
  services    = ["logs.${local.region}.amazonaws.com"]
}

resource "aws_s3_bucket" "artifacts" {
  #checkov:skip=CKV_AWS_144:Artifacts are made again from the source.
  #checkov:skip=CKV_AWS_18:What is read and written here is in the pipeline's own history.
  #checkov:skip=CKV_AWS_21:Artifacts are made again from the source, and expire.
  #checkov:skip=CKV2_AWS_62:The pipeline itself watches them.
  bucket        = "${var.name}-${local.account}-pipeline"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "artifacts" {
  bucket                  = aws_s3_bucket.artifacts.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = module.key.arn
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  rule {
    id     = "old-artifacts"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }

    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket_policy" "artifacts" {
  bucket = aws_s3_bucket.artifacts.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.artifacts.arn, "${aws_s3_bucket.artifacts.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.artifacts]
}

resource "aws_cloudwatch_log_group" "build" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is each environment's decision: log_retention_days, 90 in production.
  name              = "/aws/codebuild/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = module.key.arn
}

resource "aws_security_group" "build" {
  name        = "${var.name}-build"
  description = "Builds: out to registries and to the cluster's API"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-build" }
}

resource "aws_vpc_security_group_egress_rule" "build" {
  security_group_id = aws_security_group.build.id
  description       = "Package registries, AWS, the cluster's API: all over TLS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "cluster" {
  security_group_id            = var.cluster_group_id
  description                  = "Builds of ${var.name}"
  referenced_security_group_id = aws_security_group.build.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_iam_role" "build" {
  name = "${var.name}-build"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codebuild.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "build" {
  #checkov:skip=CKV_AWS_290:Interfaces of a VPC have no name before they are made; handing one over is held to CodeBuild.
  #checkov:skip=CKV_AWS_355:As above, and signing in to ECR knows no resource.
  name = "build-and-deploy"
  role = aws_iam_role.build.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.build.arn}:*"
      },
      {
        Sid      = "Artifacts"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = "${aws_s3_bucket.artifacts.arn}/*"
      },
      {
        Sid      = "ArtifactsKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = module.key.arn
      },
      {
        Sid      = "SignInToTheRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid    = "PushAndPull"
        Effect = "Allow"
        Action = [
          "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImageScanFindings",
          "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        ]
        Resource = "arn:${local.aws}:ecr:${local.region}:${local.account}:repository/${var.name}"
      },
      {
        Sid      = "FindTheCluster"
        Effect   = "Allow"
        Action   = "eks:DescribeCluster"
        Resource = "arn:${local.aws}:eks:${local.region}:${local.account}:cluster/${var.cluster_name}"
      },
      {
        # Interfaces of a VPC have no name before they are made: AWS's own list for CodeBuild.
        Sid    = "StandInTheVpc"
        Effect = "Allow"
        Action = [
          "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
        ]
        Resource = "*"
      },
      {
        Sid       = "HandTheInterfaceOver"
        Effect    = "Allow"
        Action    = "ec2:CreateNetworkInterfacePermission"
        Resource  = "arn:${local.aws}:ec2:${local.region}:${local.account}:network-interface/*"
        Condition = { StringEquals = { "ec2:AuthorizedService" = "codebuild.amazonaws.com" } }
      },
    ]
  })
}

# What GitHub's deploy role may do in the cluster, and no more.
resource "aws_eks_access_entry" "build" {
  cluster_name      = var.cluster_name
  principal_arn     = aws_iam_role.build.arn
  kubernetes_groups = ["devops360:deployers"]
}

resource "aws_eks_access_policy_association" "build" {
  cluster_name  = var.cluster_name
  principal_arn = aws_iam_role.build.arn
  policy_arn    = "arn:${local.aws}:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"

  access_scope {
    type       = "namespace"
    namespaces = [var.namespace]
  }

  depends_on = [aws_eks_access_entry.build]
}

resource "aws_codebuild_project" "this" {
  #checkov:skip=CKV_AWS_316:An image is built: that needs docker, and so privileged mode.
  name           = var.name
  description    = "Builds the image, migrates, rolls out: buildspec.yml"
  service_role   = aws_iam_role.build.arn
  encryption_key = module.key.arn
  # Every test comes before the image.
  build_timeout = 150

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    type            = "LINUX_CONTAINER"
    compute_type    = "BUILD_GENERAL1_MEDIUM"
    image           = "aws/codebuild/standard:7.0"
    privileged_mode = true

    dynamic "environment_variable" {
      for_each = {
        CLUSTER      = var.cluster_name
        ENVIRONMENT  = var.environment
        OUTPUTS_JSON = jsonencode({ for name, value in var.outputs : name => { value = value } })
        REPOSITORY   = var.repository_url
      }

      content {
        name  = environment_variable.key
        value = environment_variable.value
        type  = "PLAINTEXT"
      }
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build.name
    }
  }

  source {
    type      = "CODEPIPELINE"
    buildspec = "buildspec.yml"
  }

  vpc_config {
    vpc_id             = var.vpc_id
    subnets            = var.subnet_ids
    security_group_ids = [aws_security_group.build.id]
  }
}

resource "aws_iam_role" "pipeline" {
  name = "${var.name}-pipeline"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codepipeline.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
    }]
  })
}

resource "aws_iam_role_policy" "pipeline" {
  name = "run"
  role = aws_iam_role.pipeline.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Artifacts"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = "${aws_s3_bucket.artifacts.arn}/*"
      },
      {
        Sid      = "ArtifactsKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = module.key.arn
      },
      {
        Sid      = "FetchTheSource"
        Effect   = "Allow"
        Action   = "codestar-connections:UseConnection"
        Resource = var.connection_arn
      },
      {
        Sid      = "Build"
        Effect   = "Allow"
        Action   = ["codebuild:BatchGetBuilds", "codebuild:StartBuild"]
        Resource = aws_codebuild_project.this.arn
      },
    ]
  })
}

resource "aws_codepipeline" "this" {
  name          = var.name
  role_arn      = aws_iam_role.pipeline.arn
  pipeline_type = "V2"

  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.artifacts.id

    encryption_key {
      type = "KMS"
      id   = module.key.arn
    }
  }

  stage {
    name = "Source"

    action {
      name             = "Repository"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["source"]

      configuration = {
        ConnectionArn    = var.connection_arn
        FullRepositoryId = var.repository
        BranchName       = "main"
      }
    }
  }

  dynamic "stage" {
    for_each = var.environment == "production" ? ["Approve"] : []

    content {
      name = stage.value

      action {
        name     = "Person"
        category = "Approval"
        owner    = "AWS"
        provider = "Manual"
        version  = "1"
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "BuildAndRollOut"
      category        = "Build"
      owner           = "AWS"
      provider        = "CodeBuild"
      version         = "1"
      input_artifacts = ["source"]
      configuration   = { ProjectName = aws_codebuild_project.this.name }
    }
  }
}
