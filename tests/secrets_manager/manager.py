"""How tests speak to the Secrets Manager that moto's server has."""

import json
from typing import Any

from tests.aws import Aws

REGION = "eu-central-1"


def environment(aws: Aws) -> dict[str, str]:
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "SECRETS_ENDPOINT_URL": aws.url,
    }


def put(client: Any, name: str, content: object) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    try:
        client.create_secret(Name=name, SecretString=text)
    except client.exceptions.ResourceExistsException:
        client.put_secret_value(SecretId=name, SecretString=text)
