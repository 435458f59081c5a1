"""Half-configured is said at the start, with what to set."""

from typing import Any

import pytest

from notifications import checks

ARN = "arn:aws:sns:eu-central-1:123456789012:events"


def found() -> list[str]:
    every = [*checks.check_sns(None), *checks.check_callers(None), *checks.check_toll_fraud(None)]
    assert all(message.hint for message in every)
    return [str(message.id).partition(".")[2] for message in every]


def test_nothing_is_said_of_the_defaults() -> None:
    assert found() == []


GOOD: dict[str, Any] = {
    "AWS_REGION": "eu-central-1",
    "SMS_URL": "sns:",
    "SMS_COUNTRIES": ["DE"],
    "SMS_SENDER_ID": "Vault",
    "SMS_MAX_PRICE": "0.10",
    "SNS_EVENTS_TOPIC": f"{ARN}.fifo",
    "SNS_OPERATORS_TOPIC": ARN,
    "SNS_INBOUND_TOPICS": ["arn:aws-us-gov:sns:us-gov-west-1:123456789012:mail"],
    "SNS_EVENTS_KINDS": ["file_shared"],
}


def test_nothing_is_said_of_what_is_whole(settings: Any) -> None:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"AWS_REGION": ""}, ["E001"]),
        ({"AWS_REGION": "", "SMS_URL": ""}, ["E001"]),
        ({"SNS_EVENTS_TOPIC": "events"}, ["E002"]),
        ({"SNS_INBOUND_TOPICS": [ARN.replace(":sns:", ":sqs:")]}, ["E002"]),
        ({"AWS_REGION": "eu-west-1"}, ["E003", "E003"]),
        ({"SNS_INBOUND_TOPICS": [f"{ARN}.fifo"]}, ["E004"]),
        ({"SNS_EVENTS_KINDS": ["no_such_kind"]}, ["E005"]),
        ({"SMS_SENDER_ID": "12345"}, ["E006"]),
        ({"SMS_SENDER_ID": "TooLongAName"}, ["E006"]),
        ({"SMS_MAX_PRICE": "cheap"}, ["E007"]),
        ({"SMS_MAX_PRICE": "-1"}, ["E007"]),
        ({"SMS_MAX_PRICE": "Infinity"}, ["E007"]),
        ({"SMS_COUNTRIES": ["DE", "XX"]}, ["E008"]),
        ({"VAPID_PRIVATE_KEY": "AAAA"}, ["E009"]),
        ({"VAPID_CONTACT": "ops@example.com"}, ["E010"]),
        ({"OUTGOING_CA_FILE": "/no/such/file"}, ["E011"]),
        ({"OUTGOING_CA_FILE": __file__}, ["E011"]),
        ({"SMS_COUNTRIES": []}, ["W001"]),
    ],
)
def test_what_is_missing_is_named(
    settings: Any, changes: dict[str, Any], expected: list[str]
) -> None:
    for name, value in (GOOD | changes).items():
        setattr(settings, name, value)
    assert found() == expected
