"""Notifications as texts: what SNS is asked for, and what its refusals mean."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from notifications import sns
from notifications.channels import sms
from notifications.events import notify
from notifications.models import Delivery, Endpoint, Preference
from notifications.outbox.pump import Pump
from tests.aws import Aws, running_aws

REGION = "eu-central-1"
NUMBER = "+41446681800"
SHARED: dict[str, Any] = {"actor": "Rosa", "name": "Plan"}


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with running_aws() as aws:
        yield aws


@pytest.fixture(autouse=True)
def _on_sns(aws: Aws, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SMS_URL, settings.SNS_ENDPOINT_URL, settings.AWS_REGION = "sns:", aws.url, REGION
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    sns.client.cache_clear()
    aws.forget()
    yield
    sns.client.cache_clear()


def tell(number: str) -> Delivery:
    """Tell somebody who wants texts of shares at this number."""
    person = UserFactory.create()
    Preference.objects.create(user=person, subject="shared_with_me", channel="sms", mode="on")
    Endpoint.objects.create(user=person, channel="sms", address=number, verified_at=timezone.now())
    notify(kind="file_shared", to=person, context=SHARED, url="/files/")
    Pump().drain()
    return Delivery.objects.get(channel="sms")


def test_a_verified_phone_gets_a_text(aws: Aws, db: None) -> None:
    owed = tell(NUMBER)
    ((number, text),) = aws.sent_texts(REGION)
    assert number == NUMBER
    assert text.startswith("DevOps360: Rosa shared “Plan” with you")
    assert owed.state == "sent"
    assert owed.receipt


def test_a_number_that_sns_does_not_take_is_switched_off(aws: Aws, db: None) -> None:
    owed = tell("+41446681800123456")
    assert owed.state == "dead"
    assert Endpoint.objects.get().disabled_at
    assert not aws.sent_texts(REGION)


def test_how_sns_is_to_send_is_said_in_attributes(settings: Any) -> None:
    assert sms.attributes() == {
        "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}
    }
    settings.SMS_TYPE, settings.SMS_SENDER_ID, settings.SMS_MAX_PRICE = (
        "Promotional",
        "Vault",
        "0.1",
    )
    assert sms.attributes() == {
        "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Promotional"},
        "AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "Vault"},
        "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": "0.1"},
    }
