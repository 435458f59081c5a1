"""What each environment would be made of, read from its plan."""

import json
from collections.abc import Callable
from typing import Any

from tests.infra.project import Complaints, Fault, Project, check, differs
from tests.infra.terraform import ENVIRONMENTS

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
        "aws_budgets_budget": 1,
    },
    "staging": {"aws_nat_gateway": 1, "aws_db_instance": 1, "aws_eks_cluster": 1, "aws_lb": 1},
    "production": {
        "aws_nat_gateway": 3,
        "aws_db_instance": 1,
        "aws_eks_cluster": 1,
        "aws_lb": 1,
        "aws_vpc_endpoint": 4,
    },
}
# Each is a bill of its own, and a decision.
NEVER = (
    "aws_instance",
    "aws_elasticache_replication_group",
    "aws_rds_cluster",
    "aws_eks_node_group",
)
PUBLIC = {
    "module.alb.aws_vpc_security_group_ingress_rule.http",
    "module.alb.aws_vpc_security_group_ingress_rule.https",
}
WATCHED = {
    "HTTPCode_Target_5XX_Count",
    "TargetResponseTime",
    "FreeStorageSpace",
    "HealthyHostCount",
    "dead_letters",
    "queue_old",
    "scheduler_ran",
}
SECRETS = ("password", "master_password", "secret_string", "private_key")
DATABASE = "module.rds.aws_db_instance.this"
CLUSTER = "module.eks.aws_eks_cluster.this"
BALANCER = "module.alb.aws_lb.this"
UPLOADS = "module.s3.aws_s3_bucket.uploads"


@check
def costs_no_more_than_meant(project: Project) -> Complaints:
    for environment, caps in CAPS.items():
        for kind, most in caps.items():
            count = len(project.of_type(environment, kind))
            if count > most:
                yield f"{environment}: {count} of {kind}, and {most} are meant"
        for kind in NEVER:
            if project.of_type(environment, kind):
                yield f"{environment}: {kind} is a decision of its own"


@check
def the_database_is_private_encrypted_and_backed_up(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        database = project.one(environment, "aws_db_instance")
        yield from differs(
            environment,
            database,
            publicly_accessible=False,
            storage_encrypted=True,
            manage_master_user_password=True,
        )
        if database.get("password"):
            yield f"{environment}: a password is in the plan"
        if database["backup_retention_period"] < 7:
            yield f"{environment}: backups are kept for less than a week"


@check
def production_survives_a_zone_and_a_slip(project: Project) -> Complaints:
    def one(kind: str) -> dict[str, object]:
        return project.one("production", kind)

    yield from differs(
        "database",
        one("aws_db_instance"),
        multi_az=True,
        deletion_protection=True,
        skip_final_snapshot=False,
    )
    yield from differs("balancer", one("aws_lb"), enable_deletion_protection=True)
    yield from differs("cluster", one("aws_eks_cluster"), deletion_protection=True)
    if len(project.of_type("production", "aws_nat_gateway")) != 3:
        yield "a zone has no NAT gateway of its own"
    for at, bucket in project.of_type("production", "aws_s3_bucket").items():
        yield from differs(at, bucket, force_destroy=False)


@check
def dev_can_be_left_without_a_trace(project: Project) -> Complaints:
    def one(kind: str) -> dict[str, object]:
        return project.one("dev", kind)

    database = one("aws_db_instance")
    yield from differs("database", database, deletion_protection=False, skip_final_snapshot=True)
    for secret in project.of_type("dev", "aws_secretsmanager_secret").values():
        yield from differs("secret", secret, recovery_window_in_days=0)
    yield from differs("registry", one("aws_ecr_repository"), force_delete=True)
    for at, bucket in project.of_type("dev", "aws_s3_bucket").items():
        yield from differs(at, bucket, force_destroy=True)


@check
def the_clusters_api_is_not_open(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        cluster = project.one(environment, "aws_eks_cluster")
        (network,) = cluster["vpc_config"]
        yield from differs(
            environment, network, endpoint_private_access=True, endpoint_public_access=False
        )
        (access,) = cluster["access_config"]
        yield from differs(
            environment,
            access,
            authentication_mode="API",
            bootstrap_cluster_creator_admin_permissions=False,
        )


@check
def nothing_is_open_to_the_world_but_the_balancer(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        rules = project.of_type(environment, "aws_vpc_security_group_ingress_rule")
        for at, rule in rules.items():
            if (rule.get("cidr_ipv4") == "0.0.0.0/0") != (at in PUBLIC):
                yield f"{environment}: {at} from {rule.get('cidr_ipv4')}"
            if at.startswith("module.rds.") and rule.get("cidr_ipv4"):
                yield f"{environment}: the database takes a network, not a security group"
        if PUBLIC - rules.keys():
            yield f"{environment}: nobody reaches the balancer"


@check
def buckets_are_closed_and_keep_what_is_deleted(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        blocks = project.of_type(environment, "aws_s3_bucket_public_access_block")
        if len(blocks) != len(project.of_type(environment, "aws_s3_bucket")):
            yield f"{environment}: a bucket has no public access block"
        for at, block in blocks.items():
            yield from differs(
                f"{environment}: {at}",
                block,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            )
        versioning = project.one(environment, "aws_s3_bucket_versioning")
        yield from differs(environment, versioning["versioning_configuration"][0], status="Enabled")
        (rule,) = project.one(environment, "aws_s3_bucket_cors_configuration")["cors_rule"]
        if not all(origin.startswith("https://") for origin in rule["allowed_origins"]):
            yield f"{environment}: CORS allows {rule['allowed_origins']}"
        # Without it the browser cannot complete an upload.
        if "ETag" not in rule["expose_headers"]:
            yield f"{environment}: CORS does not expose ETag"


@check
def buckets_take_tls_alone(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        policies = project.of_type(environment, "aws_s3_bucket_policy").values()
        refused = {
            policy["bucket"]
            for policy in policies
            for statement in json.loads(policy["policy"])["Statement"]
            if statement["Effect"] == "Deny"
            and statement["Principal"] == "*"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        }
        for at, bucket in project.of_type(environment, "aws_s3_bucket").items():
            if bucket["bucket"] not in refused:
                yield f"{environment}: {at} takes what comes without TLS"


@check
def what_is_stored_is_encrypted_by_our_key(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        kind = "aws_s3_bucket_server_side_encryption_configuration"
        (rule,) = project.of_type(environment, kind)[f"module.s3.{kind}.uploads"]["rule"]
        (default,) = rule["apply_server_side_encryption_by_default"]
        yield from differs(environment, default, sse_algorithm="aws:kms")
        # Without it, each object is a call to KMS that is paid for.
        yield from differs(environment, rule, bucket_key_enabled=True)


@check
def nothing_is_kept_and_paid_for_ever(project: Project) -> Complaints:
    """Parts of uploads that never ended, and old copies: the site gives uploads up after 7 days."""
    for environment in ENVIRONMENTS:
        kind = "aws_s3_bucket_lifecycle_configuration"
        rules = project.of_type(environment, kind)[f"module.s3.{kind}.uploads"]["rule"]
        enabled = [rule for rule in rules if rule["status"] == "Enabled"]
        parts = [b for rule in enabled for b in rule["abort_incomplete_multipart_upload"]]
        if not any(7 < block["days_after_initiation"] <= 14 for block in parts):
            yield f"{environment}: parts are kept for ever, or not until an upload is given up"
        copies = [b for rule in enabled for b in rule["noncurrent_version_expiration"]]
        if not any(block["noncurrent_days"] >= 7 for block in copies):
            yield f"{environment}: old copies are kept for ever, or for too short"


@check
def services_are_called_inside_where_meant(project: Project) -> Complaints:
    """S3 by a gateway, everywhere; others by their usual names, from pods and nodes alone."""
    for environment in ENVIRONMENTS:
        found = project.of_type(environment, "aws_vpc_endpoint")
        gateway = found["module.network.aws_vpc_endpoint.s3"]
        yield from differs(f"{environment}: S3", gateway, vpc_endpoint_type="Gateway")
        for at, endpoint in found.items():
            if endpoint is gateway:
                continue
            where = f"{environment}: {at}"
            yield from differs(
                where,
                endpoint,
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                security_group_ids=[f"devops360-{environment}-endpoints"],
            )
        if environment == "production" and len(found) == 1:
            yield "production calls every service through its NAT gateways"


@check
def costs_are_told_of(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        budget = project.one(environment, "aws_budgets_budget")
        topic = f"arn:aws:sns:eu-central-1:123456789012:devops360-{environment}-alarms"
        kinds = {
            notice["notification_type"]
            for notice in budget["notification"]
            if notice["subscriber_sns_topic_arns"] == [topic]
        }
        if kinds != {"ACTUAL", "FORECASTED"}:
            yield f"{environment}: operators are told of {sorted(kinds)}"
        (counted,) = budget["cost_filter"]
        if counted["values"] != [f"user:Environment${environment}"]:
            yield f"{environment}: counted is {counted['values']}"


@check
def every_alarm_reaches_a_person(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        alarms = project.of_type(environment, "aws_cloudwatch_metric_alarm")
        topic = f"arn:aws:sns:eu-central-1:123456789012:devops360-{environment}-alarms"
        for at, alarm in alarms.items():
            yield from differs(f"{environment}: {at}", alarm, alarm_actions=[topic])
        subscriptions = project.of_type(environment, "aws_sns_topic_subscription").values()
        if not any(s["topic_arn"] == topic and s["protocol"] == "email" for s in subscriptions):
            yield f"{environment}: nobody subscribes to the alarms"
        for metric in sorted(WATCHED - {alarm["metric_name"] for alarm in alarms.values()}):
            yield f"{environment}: nothing watches {metric}"


@check
def no_secret_is_in_the_plan(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        for at, values in project.made[environment].items():
            if "secret_version" in at or "random_password" in at:
                yield f"{environment}: {at} would put a secret into the state"
            for name in SECRETS:
                if values.get(name):
                    yield f"{environment}: {at} has a {name}"


@check
def keys_are_for_this_account_alone(project: Project) -> Complaints:
    """A service that uses a key does so for us, not for whoever asks it to."""
    for at, key in project.of_type("production", "aws_kms_key").items():
        for statement in json.loads(key["policy"])["Statement"]:
            service = statement["Principal"].get("Service")
            if not service:
                continue
            conditions = statement.get("Condition", {})
            operator = next(iter(conditions), "")
            if len(conditions) != 1 or "123456789012" not in str(conditions[operator]):
                yield f"{at}: {service} may use it for anybody"
            elif (operator == "ArnLike") != service.startswith("logs."):
                yield f"{at}: {service} never fulfils a condition of {operator}"


@check
def topics_hear_only_of_this_account(project: Project) -> Complaints:
    """A service that publishes does so for us, and nothing is published without TLS."""
    for environment in ENVIRONMENTS:
        for at, policy in project.of_type(environment, "aws_sns_topic_policy").items():
            statements = json.loads(policy["policy"])["Statement"]
            if not any(s["Effect"] == "Deny" and "SecureTransport" in str(s) for s in statements):
                yield f"{environment}: {at} takes what comes without TLS"
            for statement in statements:
                wanted = {"StringEquals": {"aws:SourceAccount": "000000000000"}}
                if statement["Effect"] == "Allow" and statement.get("Condition") != wanted:
                    yield f"{environment}: {at}, {statement['Sid']}: of any account"


@check
def logs_end(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        for at, group in project.of_type(environment, "aws_cloudwatch_log_group").items():
            if group["retention_in_days"] not in {14, 30, 90}:
                yield f"{environment}: {at} is kept for {group['retention_in_days']} days"


ALARM = 'module.observability.aws_cloudwatch_metric_alarm.this["site-errors"]'
SILENT = 'module.observability.aws_cloudwatch_metric_alarm.this["scheduler-silent"]'
TOPIC_KEY = "module.sns.module.key.aws_kms_key.this"
LOGS_KEY = "module.observability.module.key.aws_kms_key.this"
CORS = "module.s3.aws_s3_bucket_cors_configuration.uploads"


def _database(attribute: str, value: Any) -> Callable[[Project], Project]:
    return lambda project: project.with_resource("dev", DATABASE, attribute, value)


STORED = "module.s3.aws_s3_bucket_{}.uploads"
BUDGET = "module.observability.aws_budgets_budget.this"
ENDPOINT = 'module.network.aws_vpc_endpoint.interface["secretsmanager"]'


FAULTS = (
    Fault(
        buckets_take_tls_alone,
        lambda p: p.with_words("dev", STORED.format("policy"), "policy", '"Deny"', '"Allow"'),
        r"dev: .*bucket\.uploads takes what comes",
    ),
    Fault(
        buckets_take_tls_alone,
        lambda p: p.with_one_more("dev", "aws_s3_bucket").with_resource(
            "dev", "aws_s3_bucket.more", "bucket", "open"
        ),
        "dev: aws_s3_bucket.more takes what comes",
    ),
    Fault(
        what_is_stored_is_encrypted_by_our_key,
        lambda p: p.with_resource(
            "dev",
            STORED.format("server_side_encryption_configuration"),
            "rule.0.apply_server_side_encryption_by_default.0.sse_algorithm",
            "AES256",
        ),
        "sse_algorithm is 'AES256'",
    ),
    Fault(
        what_is_stored_is_encrypted_by_our_key,
        lambda p: p.with_resource(
            "dev",
            STORED.format("server_side_encryption_configuration"),
            "rule.0.bucket_key_enabled",
            value=False,
        ),
        "bucket_key_enabled is False",
    ),
    Fault(
        nothing_is_kept_and_paid_for_ever,
        lambda p: p.with_resource(
            "dev", STORED.format("lifecycle_configuration"), "rule.0.status", "Disabled"
        ),
        "parts are kept for ever",
    ),
    Fault(
        nothing_is_kept_and_paid_for_ever,
        lambda p: p.with_resource(
            "dev",
            STORED.format("lifecycle_configuration"),
            "rule.1.noncurrent_version_expiration",
            [],
        ),
        "old copies are kept for ever",
    ),
    Fault(
        services_are_called_inside_where_meant,
        lambda p: p.with_resource(
            "dev", "module.network.aws_vpc_endpoint.s3", "vpc_endpoint_type", "Interface"
        ),
        "S3: vpc_endpoint_type",
    ),
    Fault(
        services_are_called_inside_where_meant,
        lambda p: p.with_resource("production", ENDPOINT, "private_dns_enabled", value=False),
        "secretsmanager.*private_dns_enabled",
    ),
    Fault(
        services_are_called_inside_where_meant,
        lambda p: p.with_resource("production", ENDPOINT, "security_group_ids", ["default"]),
        "secretsmanager.*security_group_ids",
    ),
    Fault(
        services_are_called_inside_where_meant,
        lambda p: (
            p.without_resource("production", ENDPOINT)
            .without_resource("production", ENDPOINT.replace("secretsmanager", "ecr.api"))
            .without_resource("production", ENDPOINT.replace("secretsmanager", "ecr.dkr"))
        ),
        "through its NAT gateways",
    ),
    Fault(
        costs_are_told_of,
        lambda p: p.with_resource(
            "staging", BUDGET, "notification.0.subscriber_sns_topic_arns", []
        ),
        r"staging: operators are told of \[.*\]",
    ),
    Fault(
        costs_are_told_of,
        lambda p: p.with_resource(
            "staging", BUDGET, "cost_filter.0.values", ["user:Environment$dev"]
        ),
        r"staging: counted is .*dev",
    ),
    Fault(
        costs_no_more_than_meant,
        lambda p: p.with_one_more("dev", "aws_nat_gateway"),
        "2 of aws_nat_gateway",
    ),
    Fault(
        costs_no_more_than_meant,
        lambda p: p.with_one_more("staging", "aws_instance"),
        "aws_instance is a decision",
    ),
    *(
        Fault(the_database_is_private_encrypted_and_backed_up, _database(attribute, value), words)
        for attribute, value, words in (
            ("publicly_accessible", True, "publicly_accessible is True"),
            ("storage_encrypted", False, "storage_encrypted is False"),
            ("manage_master_user_password", None, "manage_master_user_password"),
            ("password", "open sesame", "password is in the plan"),
            ("backup_retention_period", 1, "less than a week"),
        )
    ),
    Fault(
        production_survives_a_zone_and_a_slip,
        lambda p: p.with_resource("production", DATABASE, "multi_az", value=False),
        "multi_az",
    ),
    Fault(
        production_survives_a_zone_and_a_slip,
        lambda p: p.with_resource("production", DATABASE, "skip_final_snapshot", value=True),
        "skip_final_snapshot",
    ),
    Fault(
        production_survives_a_zone_and_a_slip,
        lambda p: p.with_resource(
            "production", BALANCER, "enable_deletion_protection", value=False
        ),
        "balancer: enable_deletion_protection",
    ),
    Fault(
        production_survives_a_zone_and_a_slip,
        lambda p: p.with_resource("production", CLUSTER, "deletion_protection", value=False),
        "cluster: deletion_protection",
    ),
    Fault(
        production_survives_a_zone_and_a_slip,
        lambda p: p.without_resource("production", "module.network.aws_nat_gateway.this[2]"),
        "no NAT gateway",
    ),
    Fault(
        production_survives_a_zone_and_a_slip,
        lambda p: p.with_resource("production", UPLOADS, "force_destroy", value=True),
        "force_destroy",
    ),
    Fault(
        dev_can_be_left_without_a_trace,
        lambda p: p.with_resource("dev", DATABASE, "deletion_protection", value=True),
        "deletion_protection",
    ),
    Fault(
        dev_can_be_left_without_a_trace,
        lambda p: p.with_resource(
            "dev", "module.secrets.aws_secretsmanager_secret.app", "recovery_window_in_days", 30
        ),
        "secret: recovery_window",
    ),
    Fault(
        dev_can_be_left_without_a_trace,
        lambda p: p.with_resource(
            "dev", "module.ecr.aws_ecr_repository.this", "force_delete", value=False
        ),
        "registry: force_delete",
    ),
    Fault(
        dev_can_be_left_without_a_trace,
        lambda p: p.with_resource("dev", UPLOADS, "force_destroy", value=False),
        "force_destroy",
    ),
    Fault(
        the_clusters_api_is_not_open,
        lambda p: p.with_resource(
            "staging", CLUSTER, "vpc_config.0.endpoint_public_access", value=True
        ),
        "endpoint_public_access",
    ),
    Fault(
        the_clusters_api_is_not_open,
        lambda p: p.with_resource(
            "dev", CLUSTER, "access_config.0.authentication_mode", "CONFIG_MAP"
        ),
        "authentication_mode",
    ),
    Fault(
        nothing_is_open_to_the_world_but_the_balancer,
        lambda p: p.with_resource(
            "dev",
            "module.rds.aws_vpc_security_group_ingress_rule.pods",
            "cidr_ipv4",
            "0.0.0.0/0",
        ),
        "module.rds.*0.0.0.0/0",
    ),
    Fault(
        nothing_is_open_to_the_world_but_the_balancer,
        lambda p: p.with_resource(
            "dev",
            "module.rds.aws_vpc_security_group_ingress_rule.pods",
            "cidr_ipv4",
            "10.20.0.0/16",
        ),
        "the database takes a network",
    ),
    Fault(
        nothing_is_open_to_the_world_but_the_balancer,
        lambda p: p.without_resource("dev", min(PUBLIC)),
        "nobody reaches the balancer",
    ),
    Fault(
        buckets_are_closed_and_keep_what_is_deleted,
        lambda p: p.with_one_more("dev", "aws_s3_bucket"),
        "no public access block",
    ),
    Fault(
        buckets_are_closed_and_keep_what_is_deleted,
        lambda p: p.with_resource(
            "dev",
            min(p.of_type("dev", "aws_s3_bucket_public_access_block")),
            "block_public_policy",
            value=False,
        ),
        "block_public_policy",
    ),
    Fault(
        buckets_are_closed_and_keep_what_is_deleted,
        lambda p: p.with_resource(
            "production",
            min(p.of_type("production", "aws_s3_bucket_versioning")),
            "versioning_configuration.0.status",
            "Suspended",
        ),
        "status is 'Suspended'",
    ),
    Fault(
        buckets_are_closed_and_keep_what_is_deleted,
        lambda p: p.with_resource("dev", CORS, "cors_rule.0.allowed_origins", ["*"]),
        "CORS allows",
    ),
    Fault(
        buckets_are_closed_and_keep_what_is_deleted,
        lambda p: p.with_resource("dev", CORS, "cors_rule.0.expose_headers", []),
        "ETag",
    ),
    Fault(
        every_alarm_reaches_a_person,
        lambda p: p.with_resource("dev", ALARM, "alarm_actions", []),
        "alarm_actions",
    ),
    Fault(
        every_alarm_reaches_a_person,
        lambda p: p.without_resource("dev", "module.sns.aws_sns_topic_subscription.operator"),
        "nobody subscribes",
    ),
    Fault(
        every_alarm_reaches_a_person,
        lambda p: p.without_resource("dev", SILENT),
        "nothing watches scheduler_ran",
    ),
    Fault(
        no_secret_is_in_the_plan,
        lambda p: p.with_one_more("dev", "aws_secretsmanager_secret_version"),
        "into the state",
    ),
    Fault(
        no_secret_is_in_the_plan,
        lambda p: p.with_resource("dev", DATABASE, "password", "open sesame"),
        "has a password",
    ),
    Fault(
        keys_are_for_this_account_alone,
        lambda p: p.with_words(
            "production", TOPIC_KEY, "policy", "aws:SourceAccount", "aws:SourceNobody"
        ).with_words("production", TOPIC_KEY, "policy", "123456789012", "999999999999"),
        "for anybody",
    ),
    Fault(
        keys_are_for_this_account_alone,
        lambda p: p.with_words("production", LOGS_KEY, "policy", "ArnLike", "StringEquals"),
        "never fulfils",
    ),
    Fault(
        topics_hear_only_of_this_account,
        lambda p: p.with_words(
            "dev",
            'module.sns.aws_sns_topic_policy.inbound["mail"]',
            "policy",
            "aws:SourceAccount",
            "aws:SourceArn",
        ),
        "ReportsOfThisAccount: of any account",
    ),
    Fault(
        topics_hear_only_of_this_account,
        lambda p: p.with_words(
            "dev", 'module.sns.aws_sns_topic_policy.this["events"]', "policy", "Deny", "Allow"
        ),
        "without TLS",
    ),
    Fault(
        logs_end,
        lambda p: p.with_resource(
            "dev",
            "module.observability.aws_cloudwatch_log_group.pods",
            "retention_in_days",
            None,
        ),
        "kept for None",
    ),
)
