"""The learner's cloud: `make aws-local`, or an account of their own with PRACTICE_CLOUD=aws."""

import json
import os
from dataclasses import dataclass
from typing import Any

import boto3

from local_cloud.resources import BUCKET, SECRET, TOPICS, client
from local_cloud.services import ADDRESSES

NO_CLOUD = (
    "The local cloud does not run: make aws-local, in another window. For an account of your own, "
    "sign in to it and set PRACTICE_CLOUD=aws, S3_BUCKET, AWS_SECRET_ID and SNS_EVENTS_TOPIC."
)


@dataclass(frozen=True)
class Cloud:
    # Each kind's address; empty for AWS itself.
    addresses: dict[str, str]
    bucket: str
    secret: str
    # What the ARN of the topic of events ends in.
    topic: str

    def client(self, kind: str) -> Any:
        if not self.addresses:
            return boto3.client(kind)  # type: ignore[call-overload]  # which one is the caller's
        return client(kind, self.addresses["s3" if kind == "s3" else "aws"])


def cloud() -> Cloud | None:
    """Return the cloud that is there, or None."""
    if os.environ.get("PRACTICE_CLOUD") == "aws":
        names = ("S3_BUCKET", "AWS_SECRET_ID", "SNS_EVENTS_TOPIC")
        bucket, secret, topic = (os.environ.get(name, "") for name in names)
        return Cloud({}, bucket, secret, topic) if bucket and secret and topic else None
    if not ADDRESSES.exists():
        return None
    return Cloud(json.loads(ADDRESSES.read_text()), BUCKET, SECRET, TOPICS[0])
