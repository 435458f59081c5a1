"""What each rung asks for, as checks of what is really there.

A check returns a list of what is missing, each in words that say what to do next.
"""

import json
import os
import subprocess
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local_cloud.resources import BUCKET, SECRET, client
from local_cloud.services import ADDRESSES
from practice.work import WORK, plan_of, rendered, site_title

PORT = os.environ.get("PORT", "8000")
OVERLAY = "practice"
FEW = 3
SWITCHES = (
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
)


@dataclass(frozen=True)
class Rung:
    number: str
    title: str
    check: Callable[[], list[str]]


def running() -> list[str]:
    address = f"http://localhost:{PORT}/readyz"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            parts = json.load(answer)["parts"]
    except OSError as error:
        return [f"{address} does not answer ({error}): make run, in another window."]
    return [] if parts["database"] == "ok" else ["The site answers, but its database does not."]


def changed() -> list[str]:
    title = site_title(f"http://localhost:{PORT}/account/login/")
    if title is None:
        return ["The site does not answer: make run, in another window."]
    if "DevOps360" in title:
        return [f"The page is still called {title!r}: start the site with another SITE_NAME."]
    return []


def containerised() -> list[str]:
    try:
        done = subprocess.run(
            ["docker", "image", "inspect", "devops360:practice"],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ["docker is not installed. As root on Debian, `make image` does without."]
    if done.returncode:
        return ["There is no image devops360:practice: docker build -t devops360:practice ."]
    config = json.loads(done.stdout)[0]["Config"]
    missing = [] if config.get("User") == "10001:10001" else ["It runs as root: see USER."]
    if not config.get("Healthcheck"):
        missing.append("It has no health check: see HEALTHCHECK.")
    return missing


def first_resource() -> list[str]:
    plan, words = plan_of(WORK / "04")
    if plan is None:
        return [words]
    kinds = [change["type"] for change in plan["resource_changes"]]
    wanted = {
        "aws_s3_bucket": "a bucket",
        "aws_s3_bucket_versioning": "versioning of it, so that what is overwritten can come back",
        "aws_s3_bucket_public_access_block": "the four switches that keep it private",
    }
    missing = [f"Missing: {what} ({kind})." for kind, what in wanted.items() if kind not in kinds]
    for change in plan["resource_changes"]:
        if change["type"] == "aws_s3_bucket_public_access_block":
            after = change["change"]["after"]
            missing += [f"{name} is not true." for name in SWITCHES if after.get(name) is not True]
    return missing


def cloud(kind: str) -> Any:
    """Return a client of the local cloud, or None where it does not run."""
    if not ADDRESSES.exists():
        return None
    addresses = json.loads(ADDRESSES.read_text())
    return client(kind, addresses["s3" if kind == "s3" else "aws"])


NO_CLOUD = "The local cloud does not run: make aws-local, in another window."


def stored_in_s3() -> list[str]:
    s3 = cloud("s3")
    if s3 is None:
        return [NO_CLOUD]
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="users/").get("Contents", [])
    if len(found) < FEW:
        return [f"{len(found)} files lie in s3://{BUCKET}/users/: upload {FEW} or more."]
    return []


def on_postgres() -> list[str]:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return ["Set DATABASE_URL=postgres://…, here and where the site is started."]
    program = (
        "from accounts.models import User; from django.db import connection;"
        "print(connection.vendor, User.objects.count())"
    )
    done = subprocess.run(
        [".venv/bin/python", "manage.py", "shell", "-v", "0", "-c", program],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return [f"The database was not reached: {done.stderr.strip().splitlines()[-1]}"]
    vendor, people = done.stdout.split()
    return [] if vendor == "postgresql" and people != "0" else ["Nobody has an account in it yet."]


def secret_kept() -> list[str]:
    secrets = cloud("secretsmanager")
    if secrets is None:
        return [NO_CLOUD]
    content = json.loads(secrets.get_secret_value(SecretId=SECRET)["SecretString"])
    missing = []
    if "SITE_NAME" not in content:
        missing.append(f"Put a SITE_NAME into the secret {SECRET}, beside what is there.")
    if os.environ.get("SECRET_KEY"):
        missing.append("SECRET_KEY is in your environment: unset it, the secret has one.")
    return missing


def subscribed() -> list[str]:
    sns = cloud("sns")
    if sns is None:
        return [NO_CLOUD]
    subscriptions = sns.list_subscriptions()["Subscriptions"]
    found = [entry for entry in subscriptions if entry["TopicArn"].endswith("-events")]
    return [] if found else ["Nobody subscribes to the topic of events: sns.subscribe(…)."]


def own_overlay() -> list[str]:
    things, words = rendered(OVERLAY)
    if things is None:
        return [words]
    parts = {thing["metadata"]["name"]: thing for thing in things if thing["kind"] == "Deployment"}
    missing = []
    if parts.get("files", {}).get("spec", {}).get("replicas") != FEW:
        missing.append(f"The Deployment files does not have {FEW} replicas.")
    if not any(thing["kind"] == "NetworkPolicy" for thing in things):
        missing.append("No NetworkPolicy: add components/network-policies.")
    return missing


def written_down() -> list[str]:
    notes = WORK / "10" / "drill.md"
    if not notes.exists():
        return [f"Write {notes}: what you broke, what you saw, what mended it, what you changed."]
    text = notes.read_text().lower()
    headings = ("broke", "saw", "mended", "changed")
    return [f"{notes} has no heading with {word!r}." for word in headings if f"{word}" not in text]


RUNGS = (
    Rung("01", "Run it", running),
    Rung("02", "Change it", changed),
    Rung("03", "Put it into an image", containerised),
    Rung("04", "The first Terraform resource", first_resource),
    Rung("05", "Files in S3", stored_in_s3),
    Rung("06", "A real database", on_postgres),
    Rung("07", "Secrets", secret_kept),
    Rung("08", "Tell others: SNS", subscribed),
    Rung("09", "Kubernetes", own_overlay),
    Rung("10", "Break it, and mend it", written_down),
)


def rung(number: str) -> Rung | None:
    return next((rung for rung in RUNGS if rung.number == number), None)
