"""Who may do what on AWS, as a table. Read from the plan of production."""

import json
from typing import Any

import pytest

from tests.infra.iam import allows
from tests.infra.terraform import Workspace, of_type

ACCOUNT = "123456789012"
# The plan's tfvars name the account 000000000000 in bucket names, which Terraform cannot know.
BUCKET = "arn:aws:s3:::devops360-production-000000000000-uploads"
BLOB = f"{BUCKET}/users/9f/0a1b"
PREVIEW = f"{BUCKET}/previews/9f/0a1b"
AVATAR = f"{BUCKET}/avatars/9f/0a1b/64.webp"
SECRETS = f"arn:aws:secretsmanager:eu-central-1:{ACCOUNT}:secret"
SETTINGS = f"{SECRETS}:devops360-production/app-a1b2c3"
DATABASE = f"{SECRETS}:rds!devops360-production-a1b2c3"
FOREIGN_SECRET = f"{SECRETS}:payroll-x1y2z3"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:devops360-production-events"
ALARMS = f"arn:aws:sns:eu-central-1:{ACCOUNT}:devops360-production-alarms"
PHONE = "+4915112345678"

EVERYBODY = {"accounts", "admin", "files", "migrate", "notifications", "scheduler", "worker"}
# Act, on what, and who may: everybody else may not.
TABLE: list[tuple[str, str, set[str]]] = [
    ("secretsmanager:GetSecretValue", SETTINGS, EVERYBODY),
    ("secretsmanager:GetSecretValue", DATABASE, EVERYBODY),
    ("secretsmanager:GetSecretValue", FOREIGN_SECRET, set()),
    ("secretsmanager:PutSecretValue", SETTINGS, set()),
    ("secretsmanager:DeleteSecret", SETTINGS, set()),
    ("s3:GetObject", BLOB, {"files", "worker"}),
    ("s3:PutObject", BLOB, {"files", "worker"}),
    ("s3:DeleteObject", BLOB, {"files", "worker"}),
    ("s3:AbortMultipartUpload", BLOB, {"files", "worker"}),
    ("s3:ListMultipartUploadParts", BLOB, {"files", "worker"}),
    ("s3:PutObject", PREVIEW, {"files", "worker"}),
    ("s3:PutObject", AVATAR, {"accounts", "worker"}),
    ("s3:GetObject", f"{BUCKET}/health/probe", EVERYBODY - {"migrate", "scheduler"}),
    ("s3:ListBucket", BUCKET, EVERYBODY - {"migrate", "scheduler"}),
    ("s3:GetObject", f"{BUCKET}/elsewhere", set()),
    ("s3:GetObject", "arn:aws:s3:::somebody-elses/users/1", set()),
    ("s3:DeleteObjectVersion", BLOB, set()),
    ("s3:PutBucketPolicy", BUCKET, set()),
    ("s3:DeleteBucket", BUCKET, set()),
    ("s3:PutLifecycleConfiguration", BUCKET, set()),
    ("sns:Publish", TOPIC, {"worker"}),
    ("sns:Publish", ALARMS, {"worker"}),
    ("sns:Publish", f"arn:aws:sns:eu-central-1:{ACCOUNT}:somebody-elses", set()),
    ("sns:Publish", PHONE, {"accounts", "worker"}),
    ("sns:Subscribe", TOPIC, set()),
    ("sns:SetSMSAttributes", "*", set()),
    ("rds:DeleteDBInstance", "*", set()),
    ("iam:PassRole", "*", set()),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin", set()),
    ("kms:ScheduleKeyDeletion", "*", set()),
]


def policies(plan: dict[str, Any]) -> dict[str, str]:
    """Return each service account's policy."""
    prefix = 'module.workload_identity.aws_iam_role_policy.this["'
    found = of_type(plan, "aws_iam_role_policy").items()
    return {at[len(prefix) : -2]: values["policy"] for at, values in found if at.startswith(prefix)}


@pytest.mark.parametrize(("action", "resource", "may"), TABLE)
def test_the_table(plans: dict[str, Any], action: str, resource: str, may: set[str]) -> None:
    allowed = {
        who
        for who, policy in policies(plans["production"]).items()
        if allows(policy, action, resource)
    }
    assert allowed == may


def test_keys_are_used_through_their_service_alone(plans: dict[str, Any]) -> None:
    files = policies(plans["production"])["files"]
    (key,) = {
        resource
        for statement in json.loads(files)["Statement"]
        if statement["Sid"] == "BucketKey"
        for resource in statement["Resource"]
    }
    assert allows(files, "kms:Decrypt", key, via="s3")
    assert not allows(files, "kms:Decrypt", key)
    assert not allows(files, "kms:Decrypt", key, via="secretsmanager")


def test_the_table_notices_a_wider_policy(spoilt: Workspace) -> None:
    spoilt.replace("modules/workload_identity/main.tf", '"${var.bucket_arn}/${prefix}/*"', '"*"')
    policy = policies(spoilt.plan("production"))["files"]
    assert allows(policy, "s3:GetObject", f"{BUCKET}/elsewhere")


@pytest.mark.parametrize("environment", ["dev", "staging", "production"])
def test_one_role_for_each_service_account(plans: dict[str, Any], environment: str) -> None:
    associations = of_type(plans[environment], "aws_eks_pod_identity_association").values()
    accounts = [association["service_account"] for association in associations]
    assert set(accounts) == EVERYBODY
    assert len(accounts) == len(set(accounts))
    assert len({association["role_arn"] for association in associations}) == len(accounts)


def test_a_star_says_why(plans: dict[str, Any]) -> None:
    """Resource "*" only where AWS knows no ARN, or in a key's own policy."""
    for at, values in of_type(plans["production"], "aws_iam_role_policy").items():
        for statement in json.loads(values["policy"])["Statement"]:
            assert "*" not in str(statement["Action"]) or statement["Effect"] == "Deny", at
            assert statement.get("Resource") != "*", at


def test_what_is_not_understood_is_refused() -> None:
    strange = '{"Statement": [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]}'
    with pytest.raises(ValueError, match="NotAction"):
        allows(strange, "s3:GetObject", "x")
