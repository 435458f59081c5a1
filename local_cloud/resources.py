"""What Terraform makes on AWS (infra/), made on the stand-ins by boto3: bucket, topics, secret."""

import json
import os
from dataclasses import dataclass
from typing import Any

import boto3

from devops360 import environment as env
from local_cloud.services import PLACE, Services
from tests.s3 import ACCESS_KEY, REGION, SECRET_KEY, Bucket

BUCKET = "devops360-local-uploads"
SECRET = "devops360-local/app"
TOPICS = ("devops360-local-events", "devops360-local-alarms")


@dataclass(frozen=True)
class Cloud:
    services: Services
    region: str
    bucket: str
    topics: tuple[str, ...]
    secret: str


def client(kind: str, url: str) -> Any:
    return boto3.client(
        kind,  # type: ignore[call-overload]  # which one is the caller's choice
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )


def make_resources(services: Services) -> Cloud:
    """Make what is missing. Harmless to repeat: what S3 holds is there from the last time."""
    bucket = Bucket(services.s3, BUCKET)
    names = [entry["Name"] for entry in bucket.client.list_buckets()["Buckets"]]
    if BUCKET not in names:
        bucket.client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    bucket.allow_origin(f"http://localhost:{os.environ.get('PORT', '8000')}")
    sns = client("sns", services.aws)
    topics = tuple(sns.create_topic(Name=name)["TopicArn"] for name in TOPICS)
    client("secretsmanager", services.aws).create_secret(
        Name=SECRET, SecretString=json.dumps(secret_settings())
    )
    return Cloud(services, REGION, BUCKET, topics, SECRET)


def secret_settings() -> dict[str, str]:
    """Return what is secret, the same at each start: sessions and push subscriptions live on."""
    return {
        "SECRET_KEY": env.kept_secret(PLACE / "secret-key"),
        "VAPID_PRIVATE_KEY": env.kept_secret(PLACE / "vapid-key", make=env.vapid_key),
    }


def site_environment(cloud: Cloud) -> dict[str, str]:
    """Return the variables by which a site uses the stand-ins."""
    return {
        "STATE_DIR": str(PLACE),
        "S3_BUCKET": cloud.bucket,
        "S3_ENDPOINT_URL": cloud.services.s3,
        "FILES_STORE": "s3",
        "AWS_REGION": cloud.region,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_SECRET_ID": cloud.secret,
        "SECRETS_ENDPOINT_URL": cloud.services.aws,
        "SMS_URL": "sns:",
        "SNS_EVENTS_TOPIC": cloud.topics[0],
        "SNS_OPERATORS_TOPIC": cloud.topics[1],
        "SNS_ENDPOINT_URL": cloud.services.aws,
    }
