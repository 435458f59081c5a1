"""What a plan says of things that are not there yet.

The true provider leaves ARNs and ids unknown until they exist. Here they are made up, plausibly
and always alike, so that policies which name them can be read in the plan and be put to the test.
Whatever else AWS would decide stays unknown.
"""

import json
from typing import Any

import msgpack

ACCOUNT = "123456789012"
REGION = "eu-central-1"
UNKNOWN = msgpack.ExtType(0, b"\0")
# What a thing is called, by the argument that says so.
NAMES = ("bucket", "name", "identifier", "function_name", "description", "name_prefix")
# As AWS writes the ARNs of what our policies name.
ARNS = {
    "aws_s3_bucket": "arn:aws:s3:::{name}",
    "aws_iam_role": "arn:aws:iam::{account}:role/{name}",
    "aws_sns_topic": "arn:aws:sns:{region}:{account}:{name}",
    "aws_secretsmanager_secret": "arn:aws:secretsmanager:{region}:{account}:secret:{name}-a1b2c3",
    "aws_cloudwatch_log_group": "arn:aws:logs:{region}:{account}:log-group:{name}",
}
DATA = {
    ("aws_caller_identity", "account_id"): ACCOUNT,
    ("aws_partition", "partition"): "aws",
    ("aws_partition", "dns_suffix"): "amazonaws.com",
    ("aws_region", "region"): REGION,
    ("aws_region", "name"): REGION,
    ("aws_availability_zones", "names"): [f"{REGION}{letter}" for letter in "abc"],
}
EMPTY: dict[str, Any] = {"string": "made-up", "number": 0, "bool": False}


def made_up(resource: str, attribute: str, planned: dict[str, Any]) -> Any:
    """Return a value for what AWS would decide, or UNKNOWN."""
    known = [planned.get(key) for key in NAMES]
    name = next((value for value in known if isinstance(value, str) and value), None)
    if name is None:
        return UNKNOWN
    kind = resource.removeprefix("aws_")
    if attribute == "arn":
        pattern = ARNS.get(resource, "arn:aws:{service}:{region}:{account}:{kind}/{name}")
        return pattern.format(
            service=kind.split("_")[0], kind=kind, name=name, region=REGION, account=ACCOUNT
        )
    if attribute == "master_user_secret":
        secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!{name}-a1b2c3"
        return [{"kms_key_id": "", "secret_arn": secret, "secret_status": "active"}]
    if attribute in {"id", "key_id", "arn_suffix", "repository_url", "address"}:
        return name
    return UNKNOWN


def fill(resource: str, value: Any, block: Any, *, top: bool = True) -> Any:
    """Give every read-only attribute that is still empty a value, in place."""
    if not isinstance(value, dict):
        return value
    for attribute in block.attributes:
        if attribute.computed and value.get(attribute.name) is None:
            value[attribute.name] = made_up(resource, attribute.name, value) if top else UNKNOWN
    for nested in block.block_types:
        inner = value.get(nested.type_name)
        if isinstance(inner, list):
            for item in inner:
                fill(resource, item, nested.block, top=False)
        elif isinstance(inner, dict):
            fill(resource, inner, nested.block, top=False)
    return value


def read_data(source: str, attribute: Any) -> Any:
    """Return what a data source would have read."""
    known = DATA.get((source, attribute.name))
    return known if known is not None else empty(json.loads(attribute.type))


def empty(kind: Any) -> Any:
    if isinstance(kind, list):
        if kind[0] == "object":
            return {name: empty(inner) for name, inner in kind[1].items()}
        return {} if kind[0] == "map" else []
    return EMPTY.get(kind)
