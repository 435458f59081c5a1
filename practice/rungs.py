"""What each rung asks for, as checks of what is really there.

A check returns a list of what is missing, each in words that say what to do next.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from practice import databases, dockerfile, images, notes, parts, watching
from practice.cloud import NO_CLOUD, Cloud, cloud
from practice.drills import records
from practice.running import get, title_of
from practice.work import WORK, plan_of, rendered

PORT = os.environ.get("PORT", "8000")
METRICS_PORT = os.environ.get("METRICS_PORT", "9100")
OVERLAY = "practice"
FEW = 3
OK = 200
NO_SITE = "The site does not answer: make run, in another window."
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
    status, text = get(address)
    if not status:
        return [f"{address} does not answer: make run, in another window."]
    try:
        ready = json.loads(text)["parts"]
    except (ValueError, KeyError):
        return [f"What answers at {address} is not this site: PORT=… says which port is yours."]
    unwell = [f"{name} is not well: {said}" for name, said in ready.items() if said != "ok"]
    return unwell if status != OK else []


def changed() -> list[str]:
    title = title_of(f"http://localhost:{PORT}/account/login/")
    if title is None:
        return [NO_SITE]
    if "DevOps360" in title:
        return [f"The page is still called {title!r}: start the site with another SITE_NAME."]
    return []


def containerised() -> list[str]:
    file = WORK / "03" / "Dockerfile"
    if not file.exists():
        return [f"Write {file}, before you read ours."]
    missing = list(dockerfile.shortcomings(file.read_text()))
    image, words = images.inspected()
    return missing + ([words] if image is None else list(images.shortcomings(image, file)))


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


def stored_in_s3() -> list[str]:
    there = cloud()
    if there is None:
        return [NO_CLOUD]
    listed = there.client("s3").list_objects_v2(Bucket=there.bucket, Prefix="users/")
    found = listed.get("Contents", [])
    if len(found) < FEW:
        return [f"{len(found)} files lie in s3://{there.bucket}/users/: upload {FEW} or more."]
    return []


def on_postgres() -> list[str]:
    return list(databases.shortcomings(os.environ.get("DATABASE_URL", "")))


def secret_kept() -> list[str]:
    there = cloud()
    if there is None:
        return [NO_CLOUD]
    secrets = there.client("secretsmanager")
    content = json.loads(secrets.get_secret_value(SecretId=there.secret)["SecretString"])
    name = content.get("SITE_NAME")
    if not name:
        return [f"Put a SITE_NAME into the secret {there.secret}, beside what is there."]
    missing = []
    if os.environ.get("SECRET_KEY"):
        missing.append("SECRET_KEY is in your environment: unset it, the secret has one.")
    title = title_of(f"http://localhost:{PORT}/account/login/")
    if title is None:
        missing.append(f"Nothing answers at port {PORT}: start a site that reads the secret.")
    elif name not in title:
        missing.append(f"The site is called {title!r}, not {name!r}: when does it read the secret?")
    return missing


def subscribed() -> list[str]:
    there = cloud()
    if there is None:
        return [NO_CLOUD]
    found = there.client("sns").list_subscriptions()["Subscriptions"]
    ours = [entry for entry in found if entry["TopicArn"].endswith(there.topic)]
    if not ours:
        return ["Nobody subscribes to the topic of events: sns.subscribe(…)."]
    queues = [entry for entry in ours if entry["Protocol"] == "sqs"]
    if not queues:
        return ["Subscribe a queue as well (Protocol sqs): what arrives there can be looked at."]
    return _about_the_queue(there, queues[0])


def _about_the_queue(there: Cloud, subscription: dict[str, Any]) -> list[str]:
    sns, sqs = there.client("sns"), there.client("sqs")
    arn = subscription["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    missing = []
    if not attributes.get("FilterPolicy"):
        missing.append(
            "The queue gets everything: give the subscription a FilterPolicy, such as "
            '{"category": ["sharing", "security"]}.'
        )
    name = subscription["Endpoint"].rpartition(":")[2]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    # Looked at, not taken.
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    if not any(_is_event(message["Body"]) for message in answer.get("Messages", [])):
        missing.append(
            f"No event of the site lies in the queue {name}: do something that people are told of, "
            "such as a wrong password three times, or a share, and see that the worker runs."
        )
    return missing


def _is_event(body: str) -> bool:
    try:
        envelope = json.loads(body)
        event = json.loads(envelope["Message"]) if "Message" in envelope else envelope
    except (ValueError, TypeError):
        return False
    return isinstance(event, dict) and {"id", "type", "data"} <= event.keys()


def own_overlay() -> list[str]:
    things, words = rendered(OVERLAY)
    if things is None:
        return [words]
    deployed = {
        thing["metadata"]["name"]: thing for thing in things if thing["kind"] == "Deployment"
    }
    missing = []
    if deployed.get("files", {}).get("spec", {}).get("replicas") != FEW:
        missing.append(f"The Deployment files does not have {FEW} replicas.")
    if not any(thing["kind"] == "NetworkPolicy" for thing in things):
        missing.append("No NetworkPolicy: add components/network-policies.")
    return missing


def split() -> list[str]:
    found, words = parts.read_parts(WORK / "10" / parts.FILE)
    return list(parts.shortcomings(found)) if found else [words]


def observed() -> list[str]:
    measured = watching.metrics(METRICS_PORT)
    if not measured:
        start = f"METRICS_PORT={METRICS_PORT} make run, in another window."
        return [f"http://localhost:{METRICS_PORT}/metrics does not answer: {start}"]
    rules, words = watching.rules_of(WORK / "11" / "alerts.yaml")
    return [words] if words else list(watching.shortcomings(rules, measured))


def drilled(kept: list[records.Record]) -> list[str]:
    if not kept:
        return ["Run a drill, and read what it saw: make drill NAME=database-gone"]
    last = kept[-1]
    again = f"Find out why, and run it again: make drill NAME={last.drill}"
    return [f"The drill {last.drill} was not as expected. {again}"] if last.problems else []


def mended() -> list[str]:
    missing = drilled(records.kept(WORK / "12" / "drills"))
    missing += notes.shortcomings(WORK / "12" / "drill.md")
    # Broken things are to be whole again.
    return missing + running()


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
    Rung("10", "Split it into services", split),
    Rung("11", "Observe it", observed),
    Rung("12", "Break it, and mend it", mended),
)


def rung(number: str) -> Rung | None:
    return next((rung for rung in RUNGS if rung.number == number), None)
