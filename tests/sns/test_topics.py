"""Topics for operators and for programs, on an SNS that answers over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.utils import timezone
from moto.backends import get_backend

from accounts.tests.factories import UserFactory
from notifications import sns
from notifications.channels.topic import TopicChannel, subject_of
from notifications.errors import BadAddressError, RefusedError, TemporaryError, ThrottledError
from notifications.events import notify
from notifications.models import Delivery, Notification
from notifications.outbox.pump import Pump
from tests.aws import ACCOUNT, Aws, running_aws

REGION = "eu-central-1"
SHARED: dict[str, Any] = {"actor": "Rosa", "name": "Plän"}
DAMAGED: dict[str, Any] = {"count": 2, "summary": "2 of 18,204 blobs are damaged."}


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with running_aws() as aws:
        yield aws


@pytest.fixture(autouse=True)
def _on_sns(aws: Aws, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.SNS_ENDPOINT_URL, settings.AWS_REGION = aws.url, REGION
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    sns.client.cache_clear()
    aws.forget()
    yield
    sns.client.cache_clear()


def make_topic(aws: Aws, name: str) -> str:
    client = boto3.client("sns", region_name=REGION, endpoint_url=aws.url)
    attributes = {"FifoTopic": "true"} if name.endswith(".fifo") else {}
    return str(client.create_topic(Name=name, Attributes=attributes)["TopicArn"])


def published(arn: str) -> list[Any]:
    """Return message id, message, subject, attributes and group of what the topic took."""
    backends: Any = get_backend("sns")
    return list(backends[ACCOUNT][REGION].topics[arn].sent_notifications)


def test_programs_get_events_with_attributes(aws: Aws, db: None, settings: Any) -> None:
    arn = settings.SNS_EVENTS_TOPIC = make_topic(aws, "events")
    for _person in range(2):
        notify(kind="file_shared", to=UserFactory.create(), context=SHARED, url="/files/")
    Pump().drain()
    owed = list(Delivery.objects.filter(channel="topic").order_by("pk"))
    assert [(one.state, one.address) for one in owed] == [("sent", arn)] * 2
    first = published(arn)[0]
    assert owed[0].receipt in {taken[0] for taken in published(arn)}
    texts = json.loads(first[1])
    event = json.loads(texts["default"])
    assert event["type"] == "file_shared"
    assert event["data"]["context"] == SHARED
    assert event["id"] in {str(one.idempotency_key) for one in owed}
    assert texts["email"].endswith("/files/")
    assert first[2] == "Rosa shared ?Pl?n? with you"
    values = {name: value["Value"] for name, value in first[3].items()}
    assert values | {"idempotency_key": ""} == {
        "kind": "file_shared",
        "category": "sharing",
        "severity": "info",
        "environment": "test",
        "idempotency_key": "",
    }


def test_an_event_goes_to_a_topic_once_however_many_are_told(
    aws: Aws, db: None, settings: Any
) -> None:
    settings.SNS_EVENTS_TOPIC = make_topic(aws, "events")
    notify(kind="file_shared", to=[UserFactory.create(), UserFactory.create()], context=SHARED)
    assert Delivery.objects.filter(channel="topic").count() == 1
    assert Notification.objects.filter(recipient=None).count() == 1


def test_operators_are_told_of_what_is_theirs_alone(aws: Aws, db: None, settings: Any) -> None:
    arn = settings.SNS_OPERATORS_TOPIC = make_topic(aws, "operators")
    notify(kind="file_shared", to=UserFactory.create(), context=SHARED)
    notify(kind="operators_integrity", to=(), context=DAMAGED)
    Pump().drain()
    (taken,) = published(arn)
    assert taken[3]["severity"]["Value"] == "critical"
    assert "damaged" in json.loads(taken[1])["email"]


def test_kinds_can_be_chosen(aws: Aws, db: None, settings: Any) -> None:
    settings.SNS_EVENTS_TOPIC = make_topic(aws, "events")
    settings.SNS_EVENTS_KINDS = ["request_filled"]
    assert not TopicChannel().site_targets(kind="file_shared")
    assert TopicChannel().site_targets(kind="request_filled")


def test_one_topic_for_both_gets_it_once(aws: Aws, settings: Any) -> None:
    settings.SNS_EVENTS_TOPIC = settings.SNS_OPERATORS_TOPIC = make_topic(aws, "both")
    assert len(TopicChannel().site_targets(kind="operators_integrity")) == 1


def test_a_fifo_topic_keeps_order_and_drops_what_comes_twice(
    aws: Aws, db: None, settings: Any
) -> None:
    arn = settings.SNS_EVENTS_TOPIC = make_topic(aws, "events.fifo")
    sqs = boto3.client("sqs", region_name=REGION, endpoint_url=aws.url)
    queue = sqs.create_queue(QueueName="q.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    names = ["QueueArn"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    boto3.client("sns", region_name=REGION, endpoint_url=aws.url).subscribe(
        TopicArn=arn, Protocol="sqs", Endpoint=queue_arn["QueueArn"]
    )
    notify(kind="file_shared", to=UserFactory.create(), context=SHARED)
    Pump().drain()
    # As after a worker that died between sending and marking.
    Delivery.objects.filter(channel="topic").update(state="pending", due_at=timezone.now())
    Pump().drain()
    assert len(published(arn)) == 2
    assert {taken[4] for taken in published(arn)} == {"file_shared"}
    got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(got) == 1


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Ünï", "?n?"),
        ("two\nlines\x07", "twolines"),
        ("  ", "-"),
        ("", "-"),
        ("x" * 200, "x" * 99),
    ],
)
def test_subjects_are_what_sns_takes(title: str, subject: str) -> None:
    assert subject_of(title) == subject


def test_a_topic_that_is_gone_is_a_dead_letter(aws: Aws, db: None, settings: Any) -> None:
    settings.SNS_EVENTS_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:nowhere"
    notify(kind="file_shared", to=UserFactory.create(), context=SHARED)
    Pump().drain()
    owed = Delivery.objects.get(channel="topic")
    assert (owed.state, owed.error) == ("dead", "BadAddressError: NotFound")


def test_sns_that_is_gone_loses_nothing(db: None, settings: Any) -> None:
    settings.SNS_EVENTS_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:events"
    settings.SNS_ENDPOINT_URL = "http://127.0.0.1:1"
    notify(kind="file_shared", to=UserFactory.create(), context=SHARED)
    Pump().drain()
    owed = Delivery.objects.get(channel="topic")
    assert (owed.state, owed.error) == ("pending", "TemporaryError: EndpointConnectionError")


def test_without_credentials_nothing_is_lost(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    settings.SNS_EVENTS_TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:events"
    notify(kind="file_shared", to=UserFactory.create(), context=SHARED)
    Pump().drain()
    owed = Delivery.objects.get(channel="topic")
    assert (owed.state, owed.error) == ("pending", "TemporaryError: NoCredentialsError")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Throttling", ThrottledError),
        ("KMSThrottling", ThrottledError),
        ("NotFound", BadAddressError),
        ("EndpointDisabled", BadAddressError),
        ("InvalidParameter", RefusedError),
        ("AuthorizationError", TemporaryError),
        ("InternalError", TemporaryError),
        ("KMSAccessDenied", TemporaryError),
        ("SomethingNew", TemporaryError),
    ],
)
def test_what_errors_of_sns_mean(code: str, kind: type[Exception]) -> None:
    assert type(sns.classified(code)) is kind


def test_a_subscription_is_confirmed_to_sns(aws: Aws) -> None:
    arn = make_topic(aws, "mail-events")
    client = boto3.client("sns", region_name=REGION, endpoint_url=aws.url)
    client.subscribe(TopicArn=arn, Protocol="https", Endpoint="https://vault.example.com/")
    confirmed = sns.confirm_subscription(topic=arn, token="t" * 64)
    assert confirmed.startswith(f"{arn}:")
    with pytest.raises(BadAddressError):
        sns.confirm_subscription(topic=f"{arn}x", token="t" * 64)
