"""The manifests of an environment, as they would be applied."""

import importlib.util
import json
from typing import Any

import yaml

from tests.infra.tools import ROOT

DIGEST = "sha256:" + "0" * 64
REPOSITORY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/devops360"
# Of the cluster, and so of the schemas that manifests are held against.
VERSION = "1.34"
PARTS = ("accounts", "admin", "files", "notifications")
OUTPUTS: dict[str, Any] = {
    "site_url": "https://vault.example.com",
    "region": "eu-central-1",
    "bucket": "devops360-uploads",
    "database_url": "postgres://db.internal:5432/devops360?sslmode=verify-full",
    "events_topic_arn": "arn:aws:sns:eu-central-1:123456789012:events",
    "alarms_topic_arn": "arn:aws:sns:eu-central-1:123456789012:alarms",
    "inbound_topics": "arn:aws:sns:eu-central-1:123456789012:mail,"
    "arn:aws:sns:eu-central-1:123456789012:text",
    "app_secret_arn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app",
    "login_secrets": "devops360-dev/database/",
    "database_secret_arn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds",
    "target_group_arns": {
        part: f"arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/{part}/1"
        for part in PARTS
    },
}


def load_render() -> Any:
    """Import deploy/render.py, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("render", ROOT / "deploy/render.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs_text(**changes: Any) -> str:
    """Return what `terraform output -json` would say."""
    return json.dumps({name: {"value": value} for name, value in (OUTPUTS | changes).items()})


def documents(text: str) -> list[dict[str, Any]]:
    return [document for document in yaml.safe_load_all(text) if document]


def pod_of(thing: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pod template of a Deployment, Job or CronJob."""
    spec = thing.get("spec", {})
    if thing["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template: dict[str, Any] | None = spec.get("template") if thing["kind"] in RUNNING else None
    return template


RUNNING = ("Deployment", "Job", "CronJob")
