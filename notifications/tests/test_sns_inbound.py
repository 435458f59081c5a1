"""Bounces, complaints and receipts, posted as SNS posts them: believed, heard once, acted on."""

import json
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from notifications import sns, suppression
from notifications.events import notify
from notifications.inbound import certificates
from notifications.inbound.errors import CertificateUnavailableError
from notifications.inbound.reports import read_reports
from notifications.models import Delivery, Endpoint, InboundMessage, Notification, Suppression
from notifications.outbox.pump import Pump
from notifications.tests.amazon import TOPIC, Amazon
from notifications.tests.authority import make_authority, sign_for
from notifications.tests.factories import PersonFactory

pytestmark = pytest.mark.django_db

PAGE = "/notifications/sns/"
PHONE = "+41446681800"
SHARED: dict[str, Any] = {"actor": "Rosa", "name": "Plan"}


def bounce(address: str, *, kind: str = "Permanent", key: str = "notificationType") -> Any:
    recipient = {"emailAddress": address, "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    about = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [recipient]}
    return {key: "Bounce", "bounce": about, "mail": {"messageId": "m-1"}}


def complaint(address: str, feedback: str = "abuse") -> Any:
    recipients = [{"emailAddress": address}]
    about = {"complainedRecipients": recipients, "complaintFeedbackType": feedback}
    return {"notificationType": "Complaint", "complaint": about}


def text_event(kind: str, number: str = PHONE, receipt: str = "r-1") -> Any:
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "destinationPhoneNumber": number,
        "messageId": receipt,
        "messageStatusDescription": "why",
    }


def delivery_log(said: str, number: str = PHONE, status: str = "FAILURE") -> Any:
    return {
        "notification": {"messageId": "r-1", "timestamp": "2026-01-01 00:00:00.000"},
        "delivery": {"destination": number, "providerResponse": said, "smsType": "Transactional"},
        "status": status,
    }


@pytest.fixture(scope="module")
def signer() -> Any:
    return sign_for(make_authority(), "sns.amazonaws.com")


@pytest.fixture
def amazon(signer: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Amazon:
    call_command("createcachetable", verbosity=0)
    cache.clear()
    settings.SNS_INBOUND_TOPICS = [TOPIC]
    made = Amazon(signer)
    monkeypatch.setattr(certificates, "fetch", made.fetch)
    return made


def deliver(fields: dict[str, str]) -> int:
    """Post as SNS does: JSON that calls itself text, from nobody's browser."""
    browser = Client(enforce_csrf_checks=True)
    body = json.dumps(fields)
    answer = browser.post(PAGE, body, content_type="text/plain; charset=UTF-8")
    assert not answer.content
    return answer.status_code


def test_a_bounced_address_gets_no_more_and_its_owner_is_told(amazon: Amazon) -> None:
    person = PersonFactory.create(email="Rosa@example.com")
    assert deliver(amazon.post(bounce("rosa@EXAMPLE.com"))) == 200
    row = Suppression.objects.get()
    assert (row.channel, row.address, row.reason) == ("email", "rosa@example.com", "bounced")
    assert "user unknown" in row.detail
    told = Notification.objects.get(recipient=person)
    assert told.kind == "address_suppressed"
    assert told.in_inbox
    notify(kind="file_shared", to=person, context=SHARED)
    Pump().drain()
    assert not mail.outbox
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dropped"}


def test_a_complaint_holds_back_news_but_no_security_notice(amazon: Amazon) -> None:
    person = PersonFactory.create()
    assert deliver(amazon.post(complaint(person.email))) == 200
    notify(kind="file_shared", to=person, context=SHARED)
    where = {"ip": "203.0.113.7", "browser": "Firefox", "place": ""}
    notify(kind="new_browser", to=person, context=where)
    Pump().drain()
    (sent,) = mail.outbox
    assert sent.subject == "New sign-in: Firefox"


@pytest.mark.parametrize(
    "message",
    [
        bounce("rosa@example.com", kind="Transient"),
        bounce("rosa@example.com", kind="Undetermined"),
        complaint("rosa@example.com", "not-spam"),
        {"notificationType": "Delivery", "delivery": {"recipients": ["rosa@example.com"]}},
        {"notificationType": "AmazonSnsSubscriptionSucceeded"},
        text_event("TEXT_DELIVERED"),
        delivery_log("Message has been accepted by phone", status="SUCCESS"),
        {"originationNumber": PHONE, "messageBody": "Thank you, do not stop"},
        "hello",
        "[" * 100_000,
        [1, 2],
        {"notificationType": "Bounce", "bounce": None},
        {"notificationType": "Bounce", "bounce": {"bouncedRecipients": ["x"]}},
        {"notificationType": "Bounce", "bounce": {"bounceType": "Permanent"}},
        {"eventType": {"a": 1}, "delivery": [], "messageBody": 7},
    ],
)
def test_what_holds_nothing_against_an_address(amazon: Amazon, message: Any) -> None:
    assert deliver(amazon.post(message)) == 200
    assert not Suppression.objects.exists()


def test_events_of_a_configuration_set_are_read_as_well(amazon: Amazon) -> None:
    assert deliver(amazon.post(bounce("a@example.com", key="eventType"))) == 200
    assert Suppression.objects.get().address == "a@example.com"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (text_event("TEXT_INVALID"), "bounced"),
        (text_event("TEXT_CARRIER_UNREACHABLE"), ""),
        (delivery_log("Phone number is opted out"), "opted_out"),
        (delivery_log("Invalid phone number"), "bounced"),
        (delivery_log("Phone carrier is currently unreachable/unavailable"), ""),
        ({"originationNumber": PHONE, "messageBody": " stop\n"}, "opted_out"),
    ],
)
def test_texts_that_did_not_arrive(amazon: Amazon, message: Any, reason: str) -> None:
    person = PersonFactory.create()
    phone = Endpoint.objects.create(
        user=person, channel="sms", address=PHONE, verified_at=timezone.now()
    )
    assert deliver(amazon.post(message)) == 200
    found = Suppression.objects.filter(channel="sms", address=PHONE).values_list(
        "reason", flat=True
    )
    assert list(found) == ([reason] if reason else [])
    phone.refresh_from_db()
    assert (phone.disabled_at is not None) is bool(reason)
    assert Notification.objects.filter(recipient=person).exists() is bool(reason)


def test_a_text_that_the_carrier_lost_is_a_dead_letter(amazon: Amazon) -> None:
    person = PersonFactory.create()
    notice = Notification.objects.create(recipient=person, kind="file_shared", context=SHARED)
    common = {"notification": notice, "channel": "sms", "due_at": timezone.now(), "state": "sent"}
    lost = Delivery.objects.create(address=PHONE, receipt="r-1", **common)
    other = Delivery.objects.create(address=PHONE, receipt="r-2", **common)
    deliver(amazon.post(text_event("TEXT_CARRIER_UNREACHABLE")))
    lost.refresh_from_db()
    other.refresh_from_db()
    assert (lost.state, lost.error) == ("dead", "TEXT_CARRIER_UNREACHABLE why")
    assert other.state == "sent"


def test_a_message_is_heard_once(amazon: Amazon) -> None:
    person = PersonFactory.create(email="rosa@example.com")
    posted = amazon.post(bounce("rosa@example.com"))
    assert deliver(posted) == 200
    suppression.lift(channel="email", address="rosa@example.com")
    # Again by SNS, which heard no answer, or by whoever kept it.
    assert deliver(posted) == 200
    assert not Suppression.objects.exists()
    assert Notification.objects.filter(recipient=person).count() == 1
    assert InboundMessage.objects.count() == 1


def test_what_failed_midway_is_not_remembered(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = amazon.post(bounce("rosa@example.com"))

    def fails(**_anything: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(suppression, "suppress", fails)
        with pytest.raises(RuntimeError):
            deliver(posted)
    assert not InboundMessage.objects.exists()
    assert deliver(posted) == 200
    assert Suppression.objects.exists()


@pytest.mark.parametrize("change", ["Message", "TopicArn", "Signature", "SigningCertURL"])
def test_a_forgery_changes_nothing(amazon: Amazon, change: str) -> None:
    posted = amazon.post(bounce("rosa@example.com")) | {change: "x"}
    assert deliver(posted) == 403
    assert not Suppression.objects.exists()
    assert not InboundMessage.objects.exists()


def test_without_the_certificate_it_shall_come_again(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(url: str) -> bytes:
        raise CertificateUnavailableError("gone")

    monkeypatch.setattr(certificates, "fetch", gone)
    assert deliver(amazon.post(bounce("rosa@example.com"))) == 503
    assert not InboundMessage.objects.exists()


def test_a_subscription_to_a_topic_of_ours_is_confirmed(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(
        sns, "confirm_subscription", lambda *, topic, token: asked.append((topic, token))
    )
    assert deliver(amazon.subscription(token="t" * 20)) == 200
    assert asked == [(TOPIC, "t" * 20)]


def test_a_subscription_to_another_topic_is_not(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(sns, "confirm_subscription", lambda *, topic, token: asked.append(topic))
    assert deliver(amazon.subscription(TopicArn=f"{TOPIC}-of-mallory")) == 403
    assert asked == []


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_posts_are_heard(client: Client, amazon: Amazon, method: str) -> None:
    assert getattr(client, method)(PAGE).status_code == 405


@pytest.mark.parametrize("body", [b"", b"x", b"{}", b"\xff" * 100])
def test_what_is_no_message_is_refused(client: Client, amazon: Amazon, body: bytes) -> None:
    assert client.post(PAGE, body, content_type="text/plain").status_code == 403


def test_what_is_too_long_is_not_read(client: Client, amazon: Amazon) -> None:
    body = b"{" + b" " * 700_000
    assert client.post(PAGE, body, content_type="text/plain").status_code == 413


def test_without_a_topic_there_is_no_such_page(client: Client, settings: Any) -> None:
    settings.SNS_INBOUND_TOPICS = []
    assert client.post(PAGE, b"{}", content_type="text/plain").status_code == 404


def test_reports_name_every_address() -> None:
    content = bounce("a@example.com")
    content["bounce"]["bouncedRecipients"].append({"emailAddress": "b@example.com"})
    reports = read_reports(json.dumps(content))
    assert [report.address for report in reports] == ["a@example.com", "b@example.com"]
