"""What Terraform, Kubernetes, compose, nginx and the site say of one thing is the same."""

import json
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from devops360.roles import PREFIXES
from devops360.roles import ROOT as START_ROLE
from tests.infra.kubernetes import (
    DIGEST,
    OUTPUTS,
    PARTS,
    REPOSITORY,
    VERSION,
    documents,
    load_render,
    pod_of,
)
from tests.infra.terraform import Workspace, of_type
from tests.infra.tools import ROOT

render = load_render()
# Read by the programs in the image, not by settings.py.
READ_ELSEWHERE = {"WEB_PROCESSES", "METRICS_PORT", "DRAIN_SECONDS", "GRACEFUL_SECONDS"}
# In the secret, not in a manifest: infra/bin/fill_secrets.py.
SECRET = {"SECRET_KEY", "EMAIL_URL", "VAPID_PRIVATE_KEY", "SECRET_KEY_FALLBACKS"}


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    image = f"{REPOSITORY}@{DIGEST}"
    return documents(render.render(environment="dev", image=image, outputs=OUTPUTS))


def text_of(path: str) -> str:
    return (ROOT / path).read_text()


def read_by_the_site() -> set[str]:
    """Return every variable that the site or its servers read."""
    sources = ("devops360/settings.py", "devops360/secrets_manager.py", "gunicorn.conf.py")
    text = "".join(text_of(path) for path in sources)
    return set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z0-9_]+)"', text)) | READ_ELSEWHERE


def test_the_balancer_and_the_site_agree_who_serves_what(plans: dict[str, Any]) -> None:
    """devops360/roles.py is the table; what it does not name goes to the start page's role."""
    rules = of_type(plans["production"], "aws_lb_listener_rule")
    routed: dict[str, str] = {}
    for at, rule in rules.items():
        found = re.fullmatch(r'module\.alb\.aws_lb_listener_rule\.service\["(\w+)"\]', at)
        if found:
            (condition,) = rule["condition"]
            (pattern,) = condition["path_pattern"]
            routed |= dict.fromkeys(pattern["values"], found[1])
    wanted = {
        path: role
        for prefix, role in PREFIXES.items()
        if role != START_ROLE
        for path in (f"/{prefix}", f"/{prefix}/*")
    }
    assert routed == wanted


def test_nginx_and_the_site_agree(tmp_path: Path) -> None:
    found = dict(re.findall(r"~\^/(\w+)\(/\|\$\)\s+(\w+);", text_of("deploy/compose/nginx.conf")))
    assert found == {prefix: role for prefix, role in PREFIXES.items() if role != START_ROLE}
    assert re.search(rf"default\s+{START_ROLE};", text_of("deploy/compose/nginx.conf"))


def test_every_part_is_everywhere(plans: dict[str, Any]) -> None:
    assert set(PARTS) == set(PREFIXES.values())
    groups = of_type(plans["production"], "aws_lb_target_group")
    assert {re.search(r'\["(\w+)"\]', at)[1] for at in groups} == set(PARTS)  # type: ignore[index]


def test_service_accounts_and_roles_agree(
    plans: dict[str, Any], manifests: list[dict[str, Any]]
) -> None:
    """One association each: a pod without one has no rights, a role without a pod is a leak."""
    made = of_type(plans["dev"], "aws_eks_pod_identity_association").values()
    accounts = {
        thing["metadata"]["name"] for thing in manifests if thing["kind"] == "ServiceAccount"
    }
    assert sorted(entry["service_account"] for entry in made) == sorted(accounts)
    assert {entry["namespace"] for entry in made} == {
        thing["metadata"]["namespace"] for thing in manifests
    }


def test_what_the_manifests_set_is_read(manifests: list[dict[str, Any]]) -> None:
    """A misspelt variable does nothing, in silence."""
    (settings,) = (thing["data"] for thing in manifests if thing["kind"] == "ConfigMap")
    assert settings.keys() <= read_by_the_site()
    named = {
        entry["name"]
        for thing in manifests
        for container in (pod_of(thing) or {"spec": {"containers": []}})["spec"]["containers"]
        for entry in container.get("env", [])
    }
    assert named == {"SERVICE"}


def test_compose_sets_what_is_read() -> None:
    settings = yaml.safe_load(text_of("compose.yaml"))["x-site"]["environment"]
    # boto3's own.
    assert settings.keys() - {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} <= read_by_the_site()


def test_what_production_needs_is_supplied(manifests: list[dict[str, Any]]) -> None:
    (settings,) = (thing["data"] for thing in manifests if thing["kind"] == "ConfigMap")
    needed = {
        "ENVIRONMENT",
        "SITE_URL",
        "DATABASE_URL",
        "DATABASE_SECRET_ID",
        "AWS_SECRET_ID",
        "AWS_REGION",
        "S3_BUCKET",
        "FILES_STORE",
        "TRUSTED_PROXIES",
    }
    assert needed <= settings.keys()
    assert not settings.keys() & SECRET
    assert set(re.findall(r'"([A-Z_]+)"', text_of("infra/bin/fill_secrets.py"))) >= SECRET


def test_outputs_that_are_rendered_are_there() -> None:
    outputs = set(re.findall(r'^output "(\w+)"', text_of("infra/outputs.tf"), re.MULTILINE))
    assert {*render.SETTINGS.values(), "target_group_arns", "cluster_name"} <= outputs


def test_ports_agree(plans: dict[str, Any], manifests: list[dict[str, Any]]) -> None:
    groups = of_type(plans["dev"], "aws_lb_target_group").values()
    assert {group["port"] for group in groups} == {8000}
    assert {group["health_check"][0]["path"] for group in groups} == {"/readyz"}
    assert "EXPOSE 8000" in text_of("Dockerfile")
    policies = {
        thing["metadata"]["name"]: thing for thing in manifests if thing["kind"] == "NetworkPolicy"
    }
    (rule,) = policies["balancer"]["spec"]["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 8000}]


def test_networks_agree(manifests: list[dict[str, Any]]) -> None:
    """The policies' one network holds all three environments' VPCs."""
    everybody = next(t for t in manifests if t["metadata"]["name"] == "balancer")
    wide = ip_network(everybody["spec"]["ingress"][0]["from"][0]["ipBlock"]["cidr"])
    defaults = re.search(r'default\s+= "(10\.[\d./]+)"', text_of("infra/variables.tf"))
    assert defaults
    cidrs = {defaults[1]}
    for environment in ("staging", "production"):
        found = re.search(r'network_cidr\s+= "(.*)"', text_of(f"infra/env/{environment}.tfvars"))
        assert found
        cidrs.add(found[1])
    assert len(cidrs) == 3
    assert all(ip_network(cidr).subnet_of(wide) for cidr in cidrs)  # type: ignore[arg-type]


def test_alarms_listen_for_words_that_the_site_says(plans: dict[str, Any]) -> None:
    filters = of_type(plans["dev"], "aws_cloudwatch_log_metric_filter").values()
    words = {json.loads(found["pattern"]) for found in filters if found["pattern"].startswith('"')}
    assert words
    sources = [
        path.read_text()
        for app in ("devops360", "notifications", "files", "accounts")
        for path in (ROOT / app).rglob("*.py")
        if "tests" not in path.parts
    ]
    for word in words:
        assert any(word in source for source in sources), word


def test_the_cluster_is_of_the_version_that_is_checked(infra: Workspace) -> None:
    assert f'default     = "{VERSION}"' in (infra.folder / "variables.tf").read_text()
