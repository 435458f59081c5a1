"""What Terraform, Kubernetes, compose, nginx and the site say of one thing is the same."""

import json
import re
from ipaddress import ip_network

from django.urls import reverse

from devops360.roles import PREFIXES
from devops360.roles import ROOT as START_ROLE
from tests.infra.kubernetes import PARTS, VERSION, load_render, pod_of
from tests.infra.own.kubernetes import settings_of
from tests.infra.project import GONE, Complaints, Fault, Project, check, differs
from tests.infra.terraform import ENVIRONMENTS

render = load_render()
# Read by the programs in the image, not by settings.py.
READ_ELSEWHERE = {
    "DATABASE_LOGIN_SECRETS",
    "DRAIN_SECONDS",
    "GRACEFUL_SECONDS",
    "METRICS_PORT",
    "WEB_PROCESSES",
}
# What each pod says by itself. own/logins.py looks at those of the database.
OF_A_POD = {"DATABASE_LOGIN_SECRETS", "DATABASE_SECRET_ID", "SERVICE"}
READERS = ("devops360/settings.py", "devops360/secrets_manager.py", "gunicorn.conf.py")
# In the secret, not in a manifest: infra/bin/fill_secrets.py.
SECRET = {"SECRET_KEY", "EMAIL_URL", "VAPID_PRIVATE_KEY", "SECRET_KEY_FALLBACKS"}
NEEDED = {
    "ENVIRONMENT",
    "SITE_URL",
    "DATABASE_URL",
    "DATABASE_LOGIN_SECRETS",
    "DATABASE_SECRET_ID",
    "AWS_SECRET_ID",
    "AWS_REGION",
    "S3_BUCKET",
    "FILES_STORE",
    "TRUSTED_PROXIES",
    "SNS_EVENTS_TOPIC",
    "SNS_OPERATORS_TOPIC",
    "SNS_INBOUND_TOPICS",
}
NGINX = "deploy/compose/nginx.conf"
ELSEWHERE = {prefix: role for prefix, role in PREFIXES.items() if role != START_ROLE}


def read_by_the_site(project: Project) -> set[str]:
    """Return every variable that the site or its servers read."""
    text = "".join(project.text(path) for path in READERS)
    return set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z0-9_]+)"', text)) | READ_ELSEWHERE


@check
def the_balancer_and_the_site_agree_who_serves_what(project: Project) -> Complaints:
    """devops360/roles.py is the table; what it does not name goes to the start page's role."""
    routed: dict[str, str] = {}
    for at, rule in project.of_type("production", "aws_lb_listener_rule").items():
        found = re.fullmatch(r'module\.alb\.aws_lb_listener_rule\.service\["(\w+)"\]', at)
        if found:
            (condition,) = rule["condition"]
            (pattern,) = condition["path_pattern"]
            routed |= dict.fromkeys(pattern["values"], found[1])
    wanted = {
        path: role for prefix, role in ELSEWHERE.items() for path in (f"/{prefix}", f"/{prefix}/*")
    }
    for path in sorted(wanted.keys() | routed.keys()):
        if wanted.get(path) != routed.get(path):
            yield f"{path}: the balancer says {routed.get(path)}, the site {wanted.get(path)}"


@check
def nginx_and_the_site_agree(project: Project) -> Complaints:
    text = project.text(NGINX)
    found = dict(re.findall(r"~\^/(\w+)\(/\|\$\)\s+(\w+);", text))
    if found != ELSEWHERE:
        yield f"nginx says {found}"
    if not re.search(rf"default\s+{START_ROLE};", text):
        yield f"nginx does not send the rest to {START_ROLE}"


@check
def every_part_is_everywhere(project: Project) -> Complaints:
    if set(PARTS) != set(PREFIXES.values()):
        yield f"the site has {sorted(set(PREFIXES.values()))}"
    groups = project.of_type("production", "aws_lb_target_group")
    found = {at.split('"')[1] for at in groups}
    if found != set(PARTS):
        yield f"the balancer has {sorted(found)}"


@check
def service_accounts_and_roles_agree(project: Project) -> Complaints:
    """One association each: a pod without one has no rights, a role without a pod is a leak."""
    for environment in ENVIRONMENTS:
        made = project.of_type(environment, "aws_eks_pod_identity_association").values()
        roles = sorted(entry["service_account"] for entry in made)
        accounts = sorted(project.of_kind(environment, "ServiceAccount"))
        if roles != accounts:
            yield f"{environment}: roles for {roles}, accounts {accounts}"
        namespaces = {thing["metadata"]["namespace"] for thing in project.manifests[environment]}
        if {entry["namespace"] for entry in made} != namespaces:
            yield f"{environment}: roles are for another namespace than {namespaces}"


@check
def what_the_manifests_set_is_read(project: Project) -> Complaints:
    """A misspelt variable does nothing, in silence."""
    for environment in ENVIRONMENTS:
        things = project.manifests[environment]
        for name in sorted(settings_of(things).keys() - read_by_the_site(project)):
            yield f"{environment}: nothing reads {name}"
        for pod in filter(None, map(pod_of, things)):
            for container in pod["spec"]["containers"]:
                for entry in container.get("env", []):
                    if entry["name"] not in OF_A_POD:
                        yield f"{environment}: {container['name']} sets {entry['name']} by itself"


@check
def compose_sets_what_is_read(project: Project) -> Complaints:
    settings = project.yaml("compose.yaml")["x-site"]["environment"]
    # boto3's own.
    theirs = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
    for name in sorted(settings.keys() - theirs - read_by_the_site(project)):
        yield f"nothing reads {name}"


@check
def what_production_needs_is_supplied(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        settings = settings_of(project.manifests[environment])
        for name in sorted(NEEDED - settings.keys()):
            yield f"{environment}: {name} is not set"
        for name in sorted(SECRET & settings.keys()):
            yield f"{environment}: {name} is a secret"
    written = set(re.findall(r'"([A-Z_]+)"', project.text("infra/bin/fill_secrets.py")))
    for name in sorted(SECRET - written):
        yield f"nobody fills {name} into the secret"


@check
def outputs_that_are_rendered_are_there(project: Project) -> Complaints:
    text = project.text("infra/outputs.tf")
    outputs = set(re.findall(r'^output "(\w+)"', text, re.MULTILINE))
    handed_over = set(re.findall(r"^    (\w+)\s+= ", text.partition("\n}\n")[0], re.MULTILINE))
    for name in sorted({*render.SETTINGS.values(), "target_group_arns"}):
        if name not in handed_over:
            yield f"the pipeline is not handed {name}"
        if name not in outputs:
            yield f"there is no output {name}"
    if "cluster_name" not in outputs:
        yield "there is no output cluster_name"


@check
def ports_agree(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        for at, group in project.of_type(environment, "aws_lb_target_group").items():
            yield from differs(f"{environment}: {at}", group, port=8000)
            yield from differs(f"{environment}: {at}", group["health_check"][0], path="/readyz")
        policy = project.of_kind(environment, "NetworkPolicy")["balancer"]
        (rule,) = policy["spec"]["ingress"]
        yield from differs(environment, rule, ports=[{"protocol": "TCP", "port": 8000}])
    if "EXPOSE 8000" not in project.text("Dockerfile"):
        yield "the image exposes another port than 8000"


@check
def networks_agree(project: Project) -> Complaints:
    """The policies' one network holds all three environments' VPCs, which do not overlap."""
    policies = project.of_kind("dev", "NetworkPolicy")
    policy = policies["balancer"]
    wide = ip_network(policy["spec"]["ingress"][0]["from"][0]["ipBlock"]["cidr"])
    cidrs = [project.one(environment, "aws_vpc")["cidr_block"] for environment in ENVIRONMENTS]
    if len(set(cidrs)) != len(ENVIRONMENTS):
        yield f"two environments have the same addresses: {cidrs}"
    for cidr in cidrs:
        if not ip_network(cidr).subnet_of(wide):  # type: ignore[arg-type]  # both are IPv4
            yield f"{cidr} is not in {wide}, which policies let through"
    # The database, and endpoints of AWS's services: there, and nowhere else in the VPC.
    (rule,) = [
        rule
        for rule in policies["everybody"]["spec"]["egress"]
        if {"protocol": "TCP", "port": 5432} in rule["ports"]
    ]
    let_through = [ip_network(peer["ipBlock"]["cidr"]) for peer in rule["to"]]
    for environment in ENVIRONMENTS:
        for at, subnet in project.of_type(environment, "aws_subnet").items():
            here = ip_network(subnet["cidr_block"])
            inside = any(here.subnet_of(block) for block in let_through)  # type: ignore[arg-type]
            if inside != at.startswith("module.network.aws_subnet.database["):
                yield f"{environment}: pods {'reach' if inside else 'do not reach'} {at}"


@check
def alarms_listen_for_words_that_the_site_says(project: Project) -> Complaints:
    sources = [
        project.text(path)
        for app in ("devops360", "notifications", "files", "accounts")
        for path in project.files(f"{app}/**/*.py")
        if "/tests/" not in path
    ]
    filters = project.of_type("dev", "aws_cloudwatch_log_metric_filter").values()
    words = {json.loads(found["pattern"]) for found in filters if found["pattern"].startswith('"')}
    if not words:
        yield "no alarm listens for words"
    for word in sorted(words):
        if not any(word in source for source in sources):
            yield f"the site never says {word!r}"


@check
def the_cluster_is_of_the_version_that_is_checked(project: Project) -> Complaints:
    for environment in ENVIRONMENTS:
        cluster = project.one(environment, "aws_eks_cluster")
        yield from differs(environment, cluster, version=VERSION)
    if f"KUBECTL_VERSION: v{VERSION}." not in project.text("buildspec.yml"):
        yield f"CodeBuild's kubectl is not of {VERSION}"


@check
def what_became_of_mails_and_texts_reaches_the_site(project: Project) -> Complaints:
    """Each topic that the site believes posts to the page that hears it, and to no other."""
    path = reverse("notifications:sns")
    for environment in ENVIRONMENTS:
        topics = project.of_type(environment, "aws_sns_topic")
        inbound = {
            v["arn"]
            for at, v in topics.items()
            if at.startswith("module.sns.aws_sns_topic.inbound[")
        }
        entries = project.of_type(environment, "aws_sns_topic_subscription").values()
        posted = {entry["topic_arn"]: entry for entry in entries if entry["protocol"] == "https"}
        if not inbound or posted.keys() != inbound:
            yield f"{environment}: {sorted(posted)} post, {sorted(inbound)} are believed"
        record = project.made[environment]["module.alb.aws_route53_record.site"]
        for entry in posted.values():
            yield from differs(environment, entry, endpoint=f"https://{record['name']}{path}")
            if entry.get("raw_message_delivery"):
                yield f"{environment}: raw messages carry no signature"
            # The site refuses what is older: notifications/inbound/signature.py.
            retry = json.loads(entry["delivery_policy"])["healthyRetryPolicy"]
            if retry["numRetries"] * retry["maxDelayTarget"] > 75 * 60 + 300:
                yield f"{environment}: posted for longer than the site believes"
    if path not in project.text("infra/bin/up"):
        yield f"infra/bin/up does not have {path} asked again"


IN_PRODUCTION = 'module.alb.aws_lb_listener_rule.service["{}"]'
MAIL = 'module.sns.aws_sns_topic_subscription.inbound["mail"]'
FAULTS = (
    Fault(
        the_balancer_and_the_site_agree_who_serves_what,
        lambda p: p.without_resource("production", IN_PRODUCTION.format("admin")),
        "/admin: the balancer says None",
    ),
    Fault(
        the_balancer_and_the_site_agree_who_serves_what,
        lambda p: p.with_resource(
            "production",
            IN_PRODUCTION.format("admin"),
            "condition.0.path_pattern.0.values",
            ["/admin", "/admin/*", "/files/*"],
        ),
        "/files/.: the balancer says admin",
    ),
    Fault(
        nginx_and_the_site_agree,
        lambda p: p.with_text(NGINX, "~^/admin(/|$)         admin;", "~^/admin(/|$) files;"),
        "'admin': 'files'",
    ),
    Fault(
        nginx_and_the_site_agree,
        lambda p: p.with_text(NGINX, "default             files;", "default accounts;"),
        "the rest to files",
    ),
    Fault(
        every_part_is_everywhere,
        lambda p: p.without_resource("production", 'module.alb.aws_lb_target_group.this["admin"]'),
        "the balancer has",
    ),
    Fault(
        service_accounts_and_roles_agree,
        lambda p: p.without_manifest("dev", "ServiceAccount", "scheduler"),
        "dev: roles for",
    ),
    Fault(
        service_accounts_and_roles_agree,
        lambda p: p.with_resource(
            "dev",
            'module.workload_identity.aws_eks_pod_identity_association.this["files"]',
            "namespace",
            "default",
        ),
        "another namespace",
    ),
    Fault(
        what_the_manifests_set_is_read,
        lambda p: p.with_manifest("dev", "ConfigMap", "settings", "data.S3_BUKKET", "x"),
        "nothing reads S3_BUKKET",
    ),
    Fault(
        what_the_manifests_set_is_read,
        lambda p: p.with_text("devops360/settings.py", '"SNS_INBOUND_TOPICS"', '"SNS_HEARD"'),
        "nothing reads SNS_INBOUND_TOPICS",
    ),
    Fault(
        what_the_manifests_set_is_read,
        lambda p: p.with_manifest(
            "dev",
            "Deployment",
            "worker",
            "spec.template.spec.containers.0.env",
            [{"name": "DEBUG", "value": "1"}],
        ),
        "worker sets DEBUG",
    ),
    Fault(
        compose_sets_what_is_read,
        lambda p: p.with_text("compose.yaml", "S3_PROXY:", "S3_PROXI:"),
        "nothing reads S3_PROXI",
    ),
    Fault(
        what_production_needs_is_supplied,
        lambda p: p.with_manifest("dev", "ConfigMap", "settings", "data.SNS_INBOUND_TOPICS", GONE),
        "SNS_INBOUND_TOPICS is not set",
    ),
    Fault(
        what_production_needs_is_supplied,
        lambda p: p.with_manifest("dev", "ConfigMap", "settings", "data.EMAIL_URL", "smtp://"),
        "EMAIL_URL is a secret",
    ),
    Fault(
        what_production_needs_is_supplied,
        lambda p: p.with_text("infra/bin/fill_secrets.py", '"VAPID_PRIVATE_KEY"', '"VAPID_KEY"'),
        "nobody fills VAPID_PRIVATE_KEY",
    ),
    Fault(
        outputs_that_are_rendered_are_there,
        lambda p: p.with_text("infra/outputs.tf", 'output "bucket"', 'output "pail"'),
        "no output bucket",
    ),
    Fault(
        outputs_that_are_rendered_are_there,
        lambda p: p.with_text("infra/outputs.tf", "    inbound_topics ", "    incoming_topics "),
        "not handed inbound_topics",
    ),
    Fault(
        outputs_that_are_rendered_are_there,
        lambda p: p.with_text("infra/outputs.tf", 'output "cluster_name"', 'output "cluster"'),
        "no output cluster_name",
    ),
    Fault(
        ports_agree,
        lambda p: p.with_resource(
            "dev", 'module.alb.aws_lb_target_group.this["files"]', "port", 80
        ),
        "port is 80, not 8000",
    ),
    Fault(
        ports_agree,
        lambda p: p.with_resource(
            "dev",
            'module.alb.aws_lb_target_group.this["files"]',
            "health_check.0.path",
            "/livez",
        ),
        "path is '/livez'",
    ),
    Fault(
        ports_agree,
        lambda p: p.with_manifest(
            "dev", "NetworkPolicy", "balancer", "spec.ingress.0.ports.0.port", 80
        ),
        "ports is",
    ),
    Fault(
        ports_agree,
        lambda p: p.with_text("Dockerfile", "EXPOSE 8000", "EXPOSE 80"),
        "the image exposes",
    ),
    Fault(
        networks_agree,
        lambda p: p.with_resource(
            "dev", "module.network.aws_vpc.this", "cidr_block", "192.168.0.0/16"
        ),
        "192.168.0.0/16 is not in",
    ),
    Fault(
        networks_agree,
        lambda p: p.with_resource(
            "dev", "module.network.aws_vpc.this", "cidr_block", "10.22.0.0/16"
        ),
        "the same addresses",
    ),
    Fault(
        networks_agree,
        lambda p: p.with_resource(
            "staging", "module.network.aws_subnet.database[1]", "cidr_block", "10.21.7.0/24"
        ),
        r"staging: pods do not reach .*database\[1\]",
    ),
    Fault(
        networks_agree,
        lambda p: p.with_manifest(
            "dev", "NetworkPolicy", "everybody", "spec.egress.1.to.0.ipBlock.cidr", "10.20.0.0/16"
        ),
        r"dev: pods reach .*private\[0\]",
    ),
    Fault(
        alarms_listen_for_words_that_the_site_says,
        lambda p: p.with_resource(
            "dev",
            'module.observability.aws_cloudwatch_log_metric_filter.this["dead_letters"]',
            "pattern",
            '"delivery is lost"',
        ),
        "never says 'delivery is lost'",
    ),
    Fault(
        the_cluster_is_of_the_version_that_is_checked,
        lambda p: p.with_resource("dev", "module.eks.aws_eks_cluster.this", "version", "1.33"),
        "version is '1.33'",
    ),
    Fault(
        the_cluster_is_of_the_version_that_is_checked,
        lambda p: p.with_text("buildspec.yml", f"v{VERSION}.", "v1.30."),
        "CodeBuild's kubectl",
    ),
    Fault(
        what_became_of_mails_and_texts_reaches_the_site,
        lambda p: p.without_resource("dev", MAIL),
        "are believed",
    ),
    Fault(
        what_became_of_mails_and_texts_reaches_the_site,
        lambda p: p.with_resource("dev", MAIL, "endpoint", "https://example.com/sns/"),
        "endpoint is 'https://example.com/sns/'",
    ),
    Fault(
        what_became_of_mails_and_texts_reaches_the_site,
        lambda p: p.with_resource("dev", MAIL, "raw_message_delivery", value=True),
        "no signature",
    ),
    Fault(
        what_became_of_mails_and_texts_reaches_the_site,
        lambda p: p.with_words("dev", MAIL, "delivery_policy", '"numRetries":8', '"numRetries":50'),
        "longer than the site believes",
    ),
    Fault(
        what_became_of_mails_and_texts_reaches_the_site,
        lambda p: p.with_text("infra/bin/up", "/notifications/sns/", "/sns/"),
        "asked again",
    ),
)
