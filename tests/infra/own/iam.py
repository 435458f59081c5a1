"""Who may do what on AWS, as a table. Read from the plan of production."""

import json

from tests.infra.iam import allows
from tests.infra.project import Complaints, Fault, Project, check
from tests.infra.terraform import ENVIRONMENTS

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
SNS = f"arn:aws:sns:eu-central-1:{ACCOUNT}"
TOPIC = f"{SNS}:devops360-production-events"
ALARMS = f"{SNS}:devops360-production-alarms"
MAIL_REPORTS = f"{SNS}:devops360-production-mail-reports"
TEXT_REPORTS = f"{SNS}:devops360-production-text-reports"
PHONE = "+4915112345678"

EVERYBODY = {"accounts", "admin", "files", "migrate", "notifications", "scheduler", "worker"}
# Act, on what, and who may: everybody else may not.
TABLE: list[tuple[str, str, set[str]]] = [
    ("secretsmanager:GetSecretValue", SETTINGS, EVERYBODY),
    # What each signs in with: own/logins.py. The owner of the tables is the migration alone.
    ("secretsmanager:GetSecretValue", DATABASE, {"migrate"}),
    ("secretsmanager:PutSecretValue", DATABASE, set()),
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
    ("s3:PutObject", f"{BUCKET}/health/probe", set()),
    ("s3:GetObject", f"{BUCKET}/elsewhere", set()),
    ("s3:GetObject", "arn:aws:s3:::somebody-elses/users/1", set()),
    ("s3:DeleteObjectVersion", BLOB, set()),
    ("s3:PutBucketPolicy", BUCKET, set()),
    ("s3:DeleteBucket", BUCKET, set()),
    ("s3:PutLifecycleConfiguration", BUCKET, set()),
    ("sns:Publish", TOPIC, {"worker"}),
    ("sns:Publish", ALARMS, {"worker"}),
    ("sns:Publish", MAIL_REPORTS, set()),
    ("sns:Publish", f"{SNS}:somebody-elses", set()),
    ("sns:Publish", PHONE, {"accounts", "worker"}),
    # The page that hears of it enqueues a task: notifications/receivers/tasks.py.
    ("sns:ConfirmSubscription", MAIL_REPORTS, {"worker"}),
    ("sns:ConfirmSubscription", TEXT_REPORTS, {"worker"}),
    ("sns:ConfirmSubscription", TOPIC, set()),
    ("sns:Subscribe", TOPIC, set()),
    ("sns:Subscribe", MAIL_REPORTS, set()),
    ("sns:SetSMSAttributes", "*", set()),
    ("rds:DeleteDBInstance", "*", set()),
    ("iam:PassRole", "*", set()),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin", set()),
    ("kms:ScheduleKeyDeletion", "*", set()),
]
PREFIX = 'module.workload_identity.aws_iam_role_policy.this["'


def policies(project: Project) -> dict[str, str]:
    """Return each service account's policy."""
    found = project.of_type("production", "aws_iam_role_policy").items()
    return {at[len(PREFIX) : -2]: values["policy"] for at, values in found if at.startswith(PREFIX)}


@check
def everybody_may_do_what_the_table_says(project: Project) -> Complaints:
    found = policies(project)
    if found.keys() != EVERYBODY:
        yield f"there are roles of {sorted(found)}"
    for action, resource, may in TABLE:
        allowed = {who for who, policy in found.items() if allows(policy, action, resource)}
        if allowed != may:
            yield f"{action} on {resource}: {sorted(allowed)}, and meant are {sorted(may)}"


@check
def keys_are_used_through_their_service_alone(project: Project) -> Complaints:
    files = policies(project)["files"]
    (key,) = {
        resource
        for statement in json.loads(files)["Statement"]
        if statement["Sid"] == "BucketKey"
        for resource in statement["Resource"]
    }
    if not allows(files, "kms:Decrypt", key, via="s3"):
        yield "what is in the bucket cannot be opened"
    if allows(files, "kms:Decrypt", key):
        yield "the key can be used without S3"
    if allows(files, "kms:Decrypt", key, via="secretsmanager"):
        yield "the bucket's key opens secrets"


@check
def one_role_for_each_service_account(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        found = project.of_type(environment, "aws_eks_pod_identity_association").values()
        accounts = [association["service_account"] for association in found]
        if sorted(accounts) != sorted(EVERYBODY):
            yield f"{environment}: associated are {sorted(accounts)}"
        if len({association["role_arn"] for association in found}) != len(accounts):
            yield f"{environment}: two accounts share a role"


@check
def a_star_says_why(project: Project) -> Complaints:
    """Resource "*" only where AWS knows no ARN, or in a key's own policy."""
    for at, values in project.of_type("production", "aws_iam_role_policy").items():
        for statement in json.loads(values["policy"])["Statement"]:
            if "*" in str(statement["Action"]) and statement["Effect"] == "Allow":
                yield f"{at}: may do {statement['Action']}"
            if statement.get("Resource") == "*":
                yield f"{at}: {statement['Sid']} is about everything"


FILES, WORKER = f'{PREFIX}files"]', f'{PREFIX}worker"]'
ASSOCIATION = 'module.workload_identity.aws_eks_pod_identity_association.this["files"]'
FAULTS = (
    Fault(
        everybody_may_do_what_the_table_says,
        lambda p: p.with_words("production", FILES, "policy", "/users/*", "/*"),
        r"s3:GetObject on .*elsewhere: \['files'\]",
    ),
    Fault(
        everybody_may_do_what_the_table_says,
        lambda p: p.with_words("production", FILES, "policy", "s3:PutObject", "s3:GetObject"),
        r"s3:PutObject on .*users.*: \['worker'\]",
    ),
    Fault(
        everybody_may_do_what_the_table_says,
        lambda p: p.with_words(
            "production", WORKER, "policy", "sns:ConfirmSubscription", "sns:Subscribe"
        ),
        r"sns:ConfirmSubscription on .*mail-reports: \[\]",
    ),
    Fault(
        everybody_may_do_what_the_table_says,
        lambda p: p.without_resource("production", FILES),
        "there are roles of",
    ),
    Fault(
        keys_are_used_through_their_service_alone,
        lambda p: p.with_words("production", FILES, "policy", "s3.eu-central", "s3.eu-west"),
        "cannot be opened",
    ),
    Fault(
        keys_are_used_through_their_service_alone,
        lambda p: p.with_words(
            "production",
            FILES,
            "policy",
            '"s3.eu-central-1.amazonaws.com"',
            '["s3.eu-central-1.amazonaws.com", "secretsmanager.eu-central-1.amazonaws.com"]',
        ),
        "opens secrets",
    ),
    Fault(
        keys_are_used_through_their_service_alone,
        lambda p: p.with_words(
            "production",
            FILES,
            "policy",
            '"kms:ViaService":"s3.eu-central-1.amazonaws.com"',
            '"aws:SecureTransport":"true"',
        ),
        "without S3",
    ),
    Fault(
        one_role_for_each_service_account,
        lambda p: p.without_resource("dev", ASSOCIATION),
        "dev: associated are",
    ),
    Fault(
        one_role_for_each_service_account,
        lambda p: p.with_resource(
            "dev",
            ASSOCIATION,
            "role_arn",
            p.made["dev"][ASSOCIATION.replace("files", "worker")]["role_arn"],
        ),
        "share a role",
    ),
    Fault(
        a_star_says_why,
        lambda p: p.with_words("production", FILES, "policy", '"s3:PutObject"', '"s3:*"'),
        r"may do .*s3:\*",
    ),
    Fault(
        a_star_says_why,
        lambda p: p.with_words("production", WORKER, "policy", f'"{TOPIC}"', '"*"').with_words(
            "production", WORKER, "policy", f'["*","{ALARMS}"]', '"*"'
        ),
        "PublishToTopics is about everything",
    ),
)
