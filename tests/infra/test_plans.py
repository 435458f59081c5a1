"""What each environment would be made of, read from its plan."""

import json
from typing import Any

import pytest

from tests.infra.terraform import ENVIRONMENTS, Workspace, of_type, resources

Plans = dict[str, dict[str, Any]]

# What costs money by merely being there, at most: a slip of the pen is found here, not on a bill.
CAPS = {
    "dev": {
        "aws_nat_gateway": 1,
        "aws_db_instance": 1,
        "aws_eks_cluster": 1,
        "aws_lb": 1,
        "aws_kms_key": 8,
        "aws_vpc_endpoint": 1,
        "aws_cloudwatch_metric_alarm": 16,
    },
    "staging": {"aws_nat_gateway": 1, "aws_db_instance": 1, "aws_eks_cluster": 1, "aws_lb": 1},
    "production": {"aws_nat_gateway": 3, "aws_db_instance": 1, "aws_eks_cluster": 1, "aws_lb": 1},
}
# Each is a bill of its own, and a decision.
NEVER = (
    "aws_instance",
    "aws_elasticache_replication_group",
    "aws_rds_cluster",
    "aws_eks_node_group",
)


def one(plan: dict[str, Any], kind: str) -> dict[str, Any]:
    (only,) = of_type(plan, kind).values()
    return only


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_costs_no_more_than_meant(plans: Plans, environment: str) -> None:
    for kind, most in CAPS[environment].items():
        assert len(of_type(plans[environment], kind)) <= most, kind
    for kind in NEVER:
        assert not of_type(plans[environment], kind), kind


def test_the_cap_notices_one_more(spoilt: Workspace) -> None:
    spoilt.replace("env/dev.tfvars", "nat_gateway_count       = 1", "nat_gateway_count       = 2")
    assert len(of_type(spoilt.plan("dev"), "aws_nat_gateway")) > CAPS["dev"]["aws_nat_gateway"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_database_is_private_encrypted_and_backed_up(plans: Plans, environment: str) -> None:
    database = one(plans[environment], "aws_db_instance")
    assert database["publicly_accessible"] is False
    assert database["storage_encrypted"] is True
    assert database["manage_master_user_password"] is True
    assert not database.get("password")
    assert database["backup_retention_period"] >= 7


def test_production_survives_a_zone_and_a_slip(plans: Plans) -> None:
    production = plans["production"]
    database = one(production, "aws_db_instance")
    assert database["multi_az"] is True
    assert database["deletion_protection"] is True
    assert database["skip_final_snapshot"] is False
    assert one(production, "aws_lb")["enable_deletion_protection"] is True
    assert one(production, "aws_eks_cluster")["deletion_protection"] is True
    assert len(of_type(production, "aws_nat_gateway")) == 3
    assert not any(
        bucket["force_destroy"] for bucket in of_type(production, "aws_s3_bucket").values()
    )


def test_dev_can_be_left_without_a_trace(plans: Plans) -> None:
    dev = plans["dev"]
    assert one(dev, "aws_db_instance")["deletion_protection"] is False
    assert one(dev, "aws_db_instance")["skip_final_snapshot"] is True
    assert one(dev, "aws_secretsmanager_secret")["recovery_window_in_days"] == 0
    assert all(bucket["force_destroy"] for bucket in of_type(dev, "aws_s3_bucket").values())
    assert one(dev, "aws_ecr_repository")["force_delete"] is True


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_clusters_api_is_not_open(plans: Plans, environment: str) -> None:
    cluster = one(plans[environment], "aws_eks_cluster")
    (network,) = cluster["vpc_config"]
    assert network["endpoint_private_access"] is True
    assert network["endpoint_public_access"] is False
    (access,) = cluster["access_config"]
    assert access["authentication_mode"] == "API"
    assert access["bootstrap_cluster_creator_admin_permissions"] is False


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nothing_is_open_to_the_world_but_the_balancer(plans: Plans, environment: str) -> None:
    rules = of_type(plans[environment], "aws_vpc_security_group_ingress_rule")
    public = {at: rule for at, rule in rules.items() if rule.get("cidr_ipv4") == "0.0.0.0/0"}
    assert set(public) == {
        "module.alb.aws_vpc_security_group_ingress_rule.http",
        "module.alb.aws_vpc_security_group_ingress_rule.https",
    }
    (database,) = (rule for at, rule in rules.items() if at.startswith("module.rds."))
    assert not database.get("cidr_ipv4")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_buckets_are_closed_and_keep_what_is_deleted(plans: Plans, environment: str) -> None:
    plan = plans[environment]
    blocks = of_type(plan, "aws_s3_bucket_public_access_block")
    assert len(blocks) == len(of_type(plan, "aws_s3_bucket"))
    flags = (
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
    )
    assert all(block[flag] is True for block in blocks.values() for flag in flags)
    assert (
        one(plan, "aws_s3_bucket_versioning")["versioning_configuration"][0]["status"] == "Enabled"
    )
    (rule,) = one(plan, "aws_s3_bucket_cors_configuration")["cors_rule"]
    assert all(origin.startswith("https://") for origin in rule["allowed_origins"])
    # Without it the browser cannot complete an upload.
    assert "ETag" in rule["expose_headers"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_alarm_reaches_a_person(plans: Plans, environment: str) -> None:
    plan = plans[environment]
    alarms = of_type(plan, "aws_cloudwatch_metric_alarm")
    topic = "arn:aws:sns:eu-central-1:123456789012:devops360-" + environment + "-alarms"
    assert all(alarm["alarm_actions"] == [topic] for alarm in alarms.values())
    subscription = one(plan, "aws_sns_topic_subscription")
    assert subscription["topic_arn"] == topic
    watched = {alarm["metric_name"] for alarm in alarms.values()}
    assert {
        "HTTPCode_Target_5XX_Count",
        "TargetResponseTime",
        "FreeStorageSpace",
        "HealthyHostCount",
        "dead_letters",
        "scheduler_ran",
    } <= watched


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_secret_is_in_the_plan(plans: Plans, environment: str) -> None:
    made = resources(plans[environment])
    assert not [at for at in made if "secret_version" in at or "random_password" in at]
    secrets = ("password", "master_password", "secret_string", "private_key")
    assert not [at for at, values in made.items() if any(values.get(name) for name in secrets)]


def test_keys_are_for_this_account_alone(plans: Plans) -> None:
    """A service that uses a key does so for us, not for whoever asks it to."""
    for at, key in of_type(plans["production"], "aws_kms_key").items():
        for statement in json.loads(key["policy"])["Statement"]:
            service = statement["Principal"].get("Service")
            if service:
                (operator,) = statement["Condition"]
                assert "123456789012" in str(statement["Condition"][operator]), at
                assert (operator == "ArnLike") == service.startswith("logs."), at


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_logs_end(plans: Plans, environment: str) -> None:
    groups = of_type(plans[environment], "aws_cloudwatch_log_group")
    assert all(group["retention_in_days"] in {14, 30, 90} for group in groups.values())


@pytest.mark.parametrize(
    ("line", "value", "complaint"),
    [
        (
            "force_destroy           = true",
            'force_destroy = true\nenvironment = "production"',
            "refused",
        ),
        ('"db.t4g.micro"', '"db.r7g.16xlarge"', "db.t4g.micro"),
        ('"000000000000"', '"12"', "twelve digits"),
        ('"dev.vault.example.com"', '"https://vault"', "host name"),
        ("sms_monthly_limit_usd   = 1", "sms_monthly_limit_usd = 5000", "Between 0 and 200"),
        ('"ops@example.com"', '"nobody"', "e-mail address"),
        ("nat_gateway_count       = 1", "nat_gateway_count = 9", "1 and 3"),
    ],
)
def test_refuses_values_that_hurt(spoilt: Workspace, line: str, value: str, complaint: str) -> None:
    if "environment" in value:
        spoilt.replace("env/dev.tfvars", 'environment             = "dev"\n', "")
    spoilt.replace("env/dev.tfvars", line, value)
    with pytest.raises(AssertionError) as refusal:
        spoilt.plan("dev")
    assert complaint in " ".join(str(refusal.value).split())
