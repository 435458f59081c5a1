"""The reader of IAM policies by which own/iam.py judges."""

import json

import pytest

from tests.infra.iam import allows


def policy(**statement: object) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Resource": "*"} | statement]})


def test_what_is_not_understood_is_refused() -> None:
    strange = '{"Statement": [{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}]}'
    with pytest.raises(ValueError, match="NotAction"):
        allows(strange, "s3:GetObject", "x")


@pytest.mark.parametrize(
    ("statement", "may"),
    [
        ({"Action": "s3:GetObject"}, True),
        ({"Action": "s3:Get*"}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"Action": "S3:getobject"}, True),
        ({"Action": "s3:GetObject", "Resource": "y"}, False),
        ({"Action": "s3:GetObject", "Effect": "Deny"}, False),
        ({"Action": "s3:GetObject", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        (
            {"Action": "s3:GetObject", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            False,
        ),
    ],
)
def test_a_statement(statement: dict[str, object], may: bool) -> None:
    assert allows(policy(**statement), "s3:GetObject", "x") is may


def test_a_denial_wins() -> None:
    both = json.loads(policy(Action="s3:*"))["Statement"]
    both += json.loads(policy(Action="s3:GetObject", Effect="Deny"))["Statement"]
    assert not allows(json.dumps({"Statement": both}), "s3:GetObject", "x")


def test_a_resource_that_is_left_out() -> None:
    statement = {"Effect": "Allow", "Action": "sns:Publish", "NotResource": "arn:aws:sns:*"}
    text = json.dumps({"Statement": [statement]})
    assert allows(text, "sns:Publish", "+4915112345678")
    assert not allows(text, "sns:Publish", "arn:aws:sns:eu-central-1:1:events")
