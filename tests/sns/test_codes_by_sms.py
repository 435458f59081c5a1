"""Codes by SMS through SNS, over HTTP; and what happens when SNS is gone."""

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.test import Client

from accounts import limits
from accounts.clients import NOBODY
from accounts.errors import FactorError
from accounts.models import PhoneCode, User
from accounts.second_factor import sent_codes
from accounts.tests.factories import PASSWORD, UserFactory
from notifications import sns
from notifications.tests.mailbox import mailbox
from tests.aws import Aws, running_aws

NUMBER = "+41446681800"
TOO_LONG = "+41446681800123456"


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with running_aws() as aws:
        yield aws


@pytest.fixture(autouse=True)
def _on_sns(aws: Aws, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SMS_URL, settings.SNS_ENDPOINT_URL = "sns:", aws.url
    settings.AWS_REGION, settings.SECOND_FACTOR_SMS = "eu-central-1", True
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    sns.client.cache_clear()
    aws.forget()
    yield
    sns.client.cache_clear()


@pytest.fixture
def person(db: None) -> User:
    made: User = UserFactory.create(username="kim")
    return made


@pytest.fixture
def phone(person: User) -> PhoneCode:
    device: PhoneCode = PhoneCode.objects.create(user=person, name="Mobile", number=NUMBER)
    return device


def last_text(aws: Aws) -> tuple[str, str]:
    return aws.sent_texts("eu-central-1")[-1]


def test_a_phone_is_added_then_opens_the_vault(aws: Aws, person: User) -> None:
    client = Client()
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    answer = client.post("/account/factors/sms/", {"number": "+41 44 668 18 00"})
    number, text = last_text(aws)
    assert number == NUMBER
    code = re.search(r"\b\d{6}\b", text)
    assert code
    # The form of origin-bound codes: the last line, the site, the code.
    assert text.splitlines()[-1] == f"@localhost #{code[0]}"
    assert client.post(answer["Location"], {"code": code[0]}).status_code == 200
    device = PhoneCode.objects.get(user=person, confirmed=True)

    other = Client()
    other.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert other.get("/account/").status_code == 302
    other.post("/account/verify/send/", {"device": device.persistent_id})
    again = re.search(r"\b\d{6}\b", last_text(aws)[1])
    assert again
    form = {"device": device.persistent_id, "code": again[0]}
    assert other.post("/account/verify/", form).status_code == 302
    assert other.get("/account/").status_code == 200
    assert other.post("/account/verify/", form).status_code == 302  # through already


def test_a_phone_is_not_flooded(aws: Aws, phone: PhoneCode) -> None:
    for _text in range(limits.SENDING.free):
        sent_codes.send_code(device=phone, client=NOBODY)
    with pytest.raises(limits.TooManyAttemptsError):
        sent_codes.send_code(device=phone, client=NOBODY)
    assert len(aws.sent_texts("eu-central-1")) == limits.SENDING.free


def test_another_account_does_not_flood_it_either(aws: Aws, phone: PhoneCode) -> None:
    for _text in range(limits.SENDING.free):
        sent_codes.send_code(device=phone, client=NOBODY)
    other = PhoneCode.objects.create(user=UserFactory.create(), name="x", number=NUMBER)
    with pytest.raises(limits.TooManyAttemptsError):
        sent_codes.send_code(device=other, client=NOBODY)


@pytest.mark.parametrize("trouble", ["gone", "refused", "off"])
def test_sns_in_trouble_is_said_plainly(
    phone: PhoneCode, settings: Any, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    if trouble == "gone":
        settings.SNS_ENDPOINT_URL = "http://127.0.0.1:1"
    elif trouble == "refused":
        # A digit too many for E.164, which SNS keeps to.
        phone.number = TOO_LONG
    else:
        settings.SMS_URL = ""
    with pytest.raises(FactorError, match="could not be sent"):
        sent_codes.send_code(device=phone, client=NOBODY)
    assert NUMBER not in caplog.text
    assert TOO_LONG not in caplog.text


def test_no_code_reaches_the_log(
    aws: Aws, phone: PhoneCode, caplog: pytest.LogCaptureFixture
) -> None:
    sent_codes.send_code(device=phone, client=NOBODY)
    code = re.search(r"\b\d{6}\b", last_text(aws)[1])
    assert code
    assert code[0] not in caplog.text
    assert NUMBER not in caplog.text
    assert not mailbox()


def test_moto_is_what_answers(aws: Aws) -> None:
    """The endpoint is HTTP, not patched-out boto3."""
    client = boto3.client("sns", region_name="eu-central-1", endpoint_url=aws.url)
    assert client.meta.endpoint_url == aws.url
    assert client.list_topics()["Topics"] == []
