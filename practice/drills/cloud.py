"""Drills with what AWS does: SNS that throttles, a secret that is rotated."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from local_cloud.resources import client
from practice.drills.drill import Drill
from practice.drills.observe import Signal
from practice.drills.stack import ROTATED, Stack
from tests.aws import running_aws
from tests.s3 import ACCESS_KEY, REGION, SECRET_KEY
from tests.stores.middleman import Middleman, middleman

SECRET = "drill/database"
PASSWORDS = ("before-the-rotation", "after-the-rotation")


def _aws(stack: Stack) -> Middleman:
    """Start moto behind somebody who can refuse in its place."""
    if "aws" not in stack.beside:
        aws = stack.ending.enter_context(running_aws())
        stack.beside["aws"] = stack.ending.enter_context(middleman(aws.url))
    man: Middleman = stack.beside["aws"]
    return man


def _keys() -> dict[str, str]:
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }


def _with_topic(stack: Stack) -> None:
    man = _aws(stack)
    topic = client("sns", man.target).create_topic(Name="events")["TopicArn"]
    stack.need(**_keys(), SNS_ENDPOINT_URL=man.url, SNS_EVENTS_TOPIC=topic)


@contextmanager
def _throttled(stack: Stack) -> Iterator[None]:
    man = _aws(stack)
    man.make("throttled")
    yield
    man.make("")


def _with_secret(stack: Stack) -> None:
    man = _aws(stack)
    stack.execute(f"ALTER ROLE {ROTATED} PASSWORD '{PASSWORDS[0]}'")
    _keep(man, PASSWORDS[0])
    stack.need(**_keys(), SECRETS_ENDPOINT_URL=man.url, DATABASE_SECRET_ID=SECRET)


def _keep(man: Middleman, password: str) -> None:
    secrets = client("secretsmanager", man.target)
    content = json.dumps({"username": ROTATED, "password": password})
    try:
        secrets.create_secret(Name=SECRET, SecretString=content)
    except secrets.exceptions.ResourceExistsException:
        secrets.put_secret_value(SecretId=SECRET, SecretString=content)


@contextmanager
def _rotated(stack: Stack) -> Iterator[None]:
    """Change the password, then what the secret says, and have every connection made anew."""
    stack.execute(f"ALTER ROLE {ROTATED} PASSWORD '{PASSWORDS[1]}'")
    _keep(_aws(stack), PASSWORDS[1])
    stack.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROTATED}'"
    )
    yield


SNS_THROTTLED = Drill(
    name="sns-throttled",
    breaks="SNS answers Throttling to everything that is published.",
    people="Nothing: mail goes on. What goes to topics and phones comes late.",
    mended="SNS takes messages again. What waited goes out, with the key that it had.",
    todo="Ask AWS for a higher limit, or set `SMS_RATE` below it.",
    broken=_throttled,
    prepare=_with_topic,
    signals=(
        Signal("PeopleAreNotTold", "deliveries_oldest_age_seconds", "rises", ("channel", "topic")),
    ),
    quick=4,
)
SECRET_ROTATED = Drill(
    name="secret-rotated",
    breaks="The database's password is changed in Secrets Manager, and all its sessions are ended.",
    people="At most a few 503 of requests that were under way.",
    mended="By itself: who is refused reads the secret again.",
    todo="Nothing.",
    broken=_rotated,
    prepare=_with_secret,
    signals=(),
    statuses=frozenset({503}),
    seconds=10,
    quick=2,
)
