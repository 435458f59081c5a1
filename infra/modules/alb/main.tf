# The balancer, its listeners, and a target group for each part of the site. It is Terraform's, not
# an Ingress controller's: so `destroy` takes it with it, its alarms know its name, and no order of
# deletion is to be minded. Pods are put into the groups by TargetGroupBindings (deploy/base).

locals {
  # Rules are tried in this order; the part without paths takes the rest.
  ruled   = { for name, paths in var.services : name => paths if length(paths) > 0 }
  default = one([for name, paths in var.services : name if length(paths) == 0])
}

resource "aws_security_group" "this" {
  name        = "${var.name}-balancer"
  description = "HTTP and HTTPS from everybody, to pods alone"
  vpc_id      = var.vpc_id

  tags = { Name = "${var.name}-balancer" }
}

resource "aws_vpc_security_group_ingress_rule" "http" {
  #checkov:skip=CKV_AWS_260:Port 80 answers with a redirect to HTTPS, and nothing else.
  security_group_id = aws_security_group.this.id
  description       = "Redirected to HTTPS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "The site"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "pods" {
  security_group_id            = aws_security_group.this.id
  description                  = "Pods"
  referenced_security_group_id = var.pod_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_vpc_security_group_ingress_rule" "pods" {
  security_group_id            = var.pod_group_id
  description                  = "The balancer of ${var.name}"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_150:Production sets it (tested); dev is there to be thrown away.
  #checkov:skip=CKV2_AWS_28:A web application firewall costs more than the rest of a small site; the site limits guessing by itself. infra/README.md tells how to add one.
  name                       = var.name
  load_balancer_type         = "application"
  subnets                    = var.subnet_ids
  security_groups            = [aws_security_group.this.id]
  enable_deletion_protection = var.deletion_protection
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  # Long enough for a slow part of an upload; longer than gunicorn's keep-alive would be a 502.
  idle_timeout = 120

  access_logs {
    bucket  = var.log_bucket
    prefix  = "alb"
    enabled = true
  }
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the balancer; behind it traffic stays inside the VPC, from one security group to another.
  for_each = var.services

  name        = "${substr(var.name, 0, 18)}-${each.key}"
  vpc_id      = var.vpc_id
  port        = var.port
  protocol    = "HTTP"
  target_type = "ip"
  # Below the pod's grace period (deploy/base), so that no request is cut.
  deregistration_delay = 30

  health_check {
    path                = "/readyz"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }

  # Auto Mode may register pods only in groups that carry its cluster's name.
  tags = { "eks:eks-cluster-name" = var.cluster_name }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = var.certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[local.default].arn
  }
}

# Health and metrics are for the inside.
resource "aws_lb_listener_rule" "inside_only" {
  listener_arn = aws_lb_listener.https.arn
  priority     = 1

  action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }

  condition {
    path_pattern {
      values = ["/livez", "/metrics", "/readyz"]
    }
  }
}

resource "aws_lb_listener_rule" "service" {
  for_each = local.ruled

  listener_arn = aws_lb_listener.https.arn
  priority     = 10 + index(sort(keys(local.ruled)), each.key)

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.key].arn
  }

  condition {
    path_pattern {
      values = each.value
    }
  }
}

resource "aws_route53_record" "site" {
  zone_id = var.zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = true
  }
}
