"""Webhooks against a real receiver: nothing before it is confirmed, signed, again and again."""

import ipaddress
import json
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from notifications.channels.webhook import WebhookChannel
from notifications.errors import NotificationError
from notifications.events import notify
from notifications.models import (
    ChannelState,
    Delivery,
    Endpoint,
    Notification,
    Webhook,
    WebhookCall,
)
from notifications.outbox.pump import Pump
from notifications.receivers import upkeep, webhooks
from notifications.tests.factories import PersonFactory
from notifications.tests.receiver import Handler, Received, Receiver, running_receiver
from notifications.webhooks import keys

# Senders are threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
SHARED: dict[str, Any] = {"actor": "Rosa", "name": "Plän <b>"}
State = Delivery.State


@pytest.fixture(autouse=True)
def _delivered_when_told(settings: Any) -> None:
    """Nothing goes by itself: tests say when."""
    settings.OUTBOX_DRIVER = "worker"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with running_receiver() as running:
        settings.OUTGOING_HTTP, settings.OUTGOING_PORTS = True, {running.port}
        settings.OUTGOING_NETWORKS = (ipaddress.ip_network("127.0.0.0/8"),)
        yield running


@pytest.fixture
def person() -> AbstractBaseUser:
    made: AbstractBaseUser = PersonFactory.create()
    return made


def says_it_back(handler: Handler) -> None:
    challenge = json.loads(handler.server.received[-1].body)["data"]["context"].get("challenge")
    handler.answer(200, json.dumps({"challenge": challenge}).encode())


def add(person: AbstractBaseUser, url: str) -> tuple[Webhook, str]:
    webhook, secret = webhooks.add_webhook(user=person, url=url, label="Mine")
    Pump().drain()
    webhook.refresh_from_db()
    return webhook, secret


@pytest.fixture
def webhook(person: AbstractBaseUser, receiver: Receiver) -> Webhook:
    """A webhook that is confirmed, and a receiver that has forgotten how."""
    receiver.behave(says_it_back)
    made, _secret = add(person, receiver.url("/hook"))
    receiver.received.clear()
    receiver.behave(lambda handler: handler.answer(204))
    return made


def tell(person: AbstractBaseUser) -> Delivery:
    """Tell of something and deliver; return what is owed to the webhook."""
    notify(kind="file_shared", to=person, context=SHARED, url="/files/")
    Pump().drain()
    return Delivery.objects.filter(channel="webhook").latest("pk")


def again(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    # Breakers of the circuit are not what is tried here.
    ChannelState.objects.all().delete()
    Pump().drain()
    delivery.refresh_from_db()
    return delivery


def is_confirmed(webhook: Webhook) -> bool:
    return Endpoint.objects.get(pk=webhook.pk).verified_at is not None


def verify_as_documented(secret: str, got: Received) -> Any:
    """Run the receiver's code of docs/webhooks.md on what arrived."""
    page = (ROOT / "docs/webhooks.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    space: dict[str, Any] = {}
    exec(compile(example, "docs/webhooks.md", "exec"), space)
    return space["verify"](secret, got.headers, got.body)


def test_the_receiver_confirms_by_saying_the_challenge_back(
    person: AbstractBaseUser, receiver: Receiver
) -> None:
    receiver.behave(says_it_back)
    webhook, secret = add(person, receiver.url("/hook?x=1"))
    (got,) = receiver.received
    assert (got.method, got.path) == ("POST", "/hook?x=1")
    assert verify_as_documented(secret, got)["type"] == "webhook_challenge"
    assert is_confirmed(webhook)


@pytest.mark.parametrize("how", ["plain", "padded"])
def test_a_plain_answer_will_do(person: AbstractBaseUser, receiver: Receiver, how: str) -> None:
    def answers(handler: Handler) -> None:
        challenge = json.loads(handler.server.received[-1].body)["data"]["context"]["challenge"]
        handler.answer(200, challenge.encode() if how == "plain" else f" {challenge}\n".encode())

    receiver.behave(answers)
    assert is_confirmed(add(person, receiver.url())[0])


@pytest.mark.parametrize(
    "answer", [b"", b"ok", b"{}", b"[]", b'{"challenge": null}', b'{"challenge": ""}', b"\xff\xfe"]
)
def test_whoever_does_not_say_it_back_gets_nothing_more(
    person: AbstractBaseUser, receiver: Receiver, answer: bytes
) -> None:
    receiver.behave(lambda handler: handler.answer(200, answer))
    webhook, _secret = add(person, receiver.url())
    assert not is_confirmed(webhook)
    notify(kind="file_shared", to=person, context=SHARED)
    Pump().drain()
    assert [json.loads(got.body)["type"] for got in receiver.received] == ["webhook_challenge"]
    with pytest.raises(NotificationError, match="Confirm"):
        webhooks.send_test(webhook=webhook)


def test_a_challenge_in_a_failure_confirms_nothing(
    person: AbstractBaseUser, receiver: Receiver
) -> None:
    """An error page that repeats what was posted is not somebody who agrees."""
    receiver.behave(
        lambda handler: handler.answer(
            500,
            json.loads(handler.server.received[-1].body)["data"]["context"]["challenge"].encode(),
        )
    )
    assert not is_confirmed(add(person, receiver.url())[0])


def test_what_arrived_can_be_typed(person: AbstractBaseUser, receiver: Receiver) -> None:
    webhook, _secret = add(person, receiver.url())
    first = json.loads(receiver.received[-1].body)["data"]["context"]["challenge"]
    webhooks.send_challenge(webhook=webhook)
    Pump().drain()
    newest = json.loads(receiver.received[-1].body)["data"]["context"]["challenge"]
    webhook = Webhook.objects.select_related("endpoint").get()
    for wrong in ("", first, newest[:-1], "K7QJ2M4XTAK7QJ2M"):
        with pytest.raises(NotificationError, match="not what was sent"):
            webhooks.confirm(webhook=webhook, challenge=wrong)
    assert not is_confirmed(webhook)
    webhooks.confirm(webhook=webhook, challenge=f" {newest[:8].lower()} {newest[8:]}")
    assert is_confirmed(webhook)


@pytest.mark.parametrize("how", ["refuses", "hangs up"])
def test_who_does_not_answer_is_not_challenged_for_long(
    person: AbstractBaseUser, receiver: Receiver, how: str
) -> None:
    refuses = how == "refuses"

    def behaves(handler: Handler) -> None:
        if refuses:
            handler.answer(500)
        else:
            handler.wfile.write(b"no HTTP")

    receiver.behave(behaves)
    add(person, receiver.url())
    challenge = Delivery.objects.get(channel="webhook")
    assert challenge.state == State.PENDING
    for _attempt in range(5):
        challenge = again(challenge)
    assert challenge.state == State.DEAD
    assert len(receiver.received) == 3


def test_a_challenge_that_means_nothing_any_more_is_not_sent(
    person: AbstractBaseUser, receiver: Receiver
) -> None:
    receiver.behave(lambda handler: handler.answer(500))
    webhook, _secret = add(person, receiver.url())
    webhook = Webhook.objects.select_related("endpoint").get()
    webhooks.send_challenge(webhook=webhook)
    assert Delivery.objects.open().filter(channel="webhook").count() == 1
    newest = Endpoint.objects.get(pk=webhook.pk).data["challenge"]
    webhook = Webhook.objects.select_related("endpoint").get()
    webhooks.confirm(webhook=webhook, challenge=newest)
    assert not Delivery.objects.open().filter(channel="webhook").exists()


def test_the_challenge_is_told_nowhere_else(person: AbstractBaseUser, receiver: Receiver) -> None:
    add(person, receiver.url())
    told = Notification.objects.filter(recipient_id=person.pk, in_inbox=True)
    assert [notice.kind for notice in told] == ["webhook_added"]
    assert Delivery.objects.filter(notification__kind="webhook_challenge").count() == 1


def test_what_happens_is_posted_signed(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook
) -> None:
    owed = tell(person)
    (got,) = receiver.received
    (secret,) = keys.keys_of(webhook)
    event = verify_as_documented(secret, got)
    assert got.headers["webhook-id"] == str(owed.idempotency_key)
    assert got.headers["content-type"] == "application/json"
    assert event["type"] == "file_shared"
    assert event["data"]["context"] == SHARED
    assert event["data"]["title"] == "Rosa shared “Plän <b>” with you"
    assert event["data"]["url"].endswith("/files/")
    assert event["data"]["person"] == str(person.pk)
    owed.refresh_from_db()
    assert (owed.state, owed.receipt) == (State.SENT, "HTTP 204")
    call = WebhookCall.objects.get(message_id=owed.idempotency_key)
    assert (call.status, call.kind, call.succeeded) == (204, "file_shared", True)


@pytest.mark.parametrize("change", ["body", "id", "timestamp", "secret", "old"])
def test_the_documented_receiver_refuses_forgeries(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook, change: str
) -> None:
    tell(person)
    (got,) = receiver.received
    (secret,) = keys.keys_of(webhook)
    headers, body = dict(got.headers), got.body
    if change == "body":
        body = body.replace(b"Rosa", b"Eve")
    elif change == "id":
        headers["webhook-id"] = str(uuid.uuid4())
    elif change == "timestamp":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + 1)
    elif change == "old":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) - 3600)
    else:
        secret = keys.new_key()[0]
    forged = Received(got.method, got.path, headers, body)
    with pytest.raises(ValueError, match=r"old|signature"):
        verify_as_documented(secret, forged)


def test_again_after_a_failure_under_the_same_id(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook
) -> None:
    receiver.behave(lambda handler: handler.answer(500, b"down for maintenance"))
    owed = tell(person)
    assert owed.state == State.PENDING
    assert Webhook.objects.get().failing_since
    receiver.behave(lambda handler: handler.answer(200))
    assert again(owed).state == State.SENT
    ids = [got.headers["webhook-id"] for got in receiver.received]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert receiver.received[0].body == receiver.received[1].body
    calls = WebhookCall.objects.filter(message_id=owed.idempotency_key).order_by("pk")
    assert [(call.status, call.answer) for call in calls] == [
        (500, "down for maintenance"),
        (200, ""),
    ]
    assert Webhook.objects.get().failing_since is None


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 429, 500, 503])
def test_whatever_is_no_success_is_tried_again(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook, status: int
) -> None:
    inside = receiver.url("/inside")
    receiver.behave(lambda handler: handler.answer(status, Location=inside, Retry_After="120"))
    owed = tell(person)
    assert owed.state == State.PENDING
    assert f"answered {status}" in owed.error
    # Not followed.
    assert [got.path for got in receiver.received] == ["/hook"]
    asked_to_wait = status in {429, 503}
    assert (owed.due_at - timezone.now() > timedelta(seconds=100)) is asked_to_wait


def test_a_receiver_that_stalls_holds_nobody_up_for_long(
    person: AbstractBaseUser,
    receiver: Receiver,
    webhook: Webhook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("notifications.channels.webhook.SECONDS", 0.5)
    receiver.behave(receiver.dribbles)
    owed = tell(person)
    assert owed.state == State.PENDING
    assert "too long" in WebhookCall.objects.latest("pk").error


def test_gone_is_gone(person: AbstractBaseUser, receiver: Receiver, webhook: Webhook) -> None:
    receiver.behave(lambda handler: handler.answer(410))
    assert tell(person).state == State.DEAD
    endpoint = Endpoint.objects.get(pk=webhook.pk)
    assert endpoint.disabled_at
    assert upkeep.mind_webhooks() == 1
    assert upkeep.mind_webhooks() == 0
    notice = Notification.objects.get(kind="webhook_disabled")
    assert "410" in str(notice.context["reason"])


def test_one_receiver_that_is_down_does_not_hold_up_another(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook
) -> None:
    with running_receiver() as other:
        receiver.behave(says_it_back)
        second, _secret = add(person, receiver.url("/second"))
        Endpoint.objects.filter(pk=second.pk).update(address=f"http://127.0.0.1:{other.port}/")
        receiver.received.clear()
        receiver.behave(lambda handler: handler.answer(500))
        tell(person)
    states = dict(
        Delivery.objects.filter(notification__kind="file_shared", channel="webhook").values_list(
            "endpoint_id", "state"
        )
    )
    assert states[webhook.pk] == State.PENDING
    # A port that is not allowed: refused, and its own trouble.
    assert states[second.pk] == State.DEAD


@pytest.mark.parametrize("address", ["http://127.0.0.1", "http://localhost", "http://[::1]"])
def test_our_own_network_is_not_called(
    person: AbstractBaseUser, receiver: Receiver, settings: Any, address: str
) -> None:
    settings.OUTGOING_NETWORKS = ()
    add(person, f"{address}:{receiver.port}/hook")
    assert not receiver.received
    call = WebhookCall.objects.get()
    assert call.status is None
    assert "network" in call.error or "refused" in call.error


@pytest.mark.parametrize(
    "url", ["", "hooks.example.com", "ftp://example.com", "https://u:p@example.com", "https://x:22"]
)
def test_what_is_no_address_is_said_at_once(person: AbstractBaseUser, url: str) -> None:
    with pytest.raises(NotificationError):
        webhooks.add_webhook(user=person, url=url, label="")
    assert not Endpoint.objects.exists()


def test_a_secret_is_exchanged_without_a_gap(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook
) -> None:
    (old,) = keys.keys_of(webhook)
    new = keys.rotate(webhook=webhook)
    tell(person)
    (got,) = receiver.received
    for secret in (old, new):
        assert verify_as_documented(secret, got)["type"] == "file_shared"
    Webhook.objects.update(previous_until=timezone.now())
    receiver.received.clear()
    tell(person)
    assert verify_as_documented(new, receiver.received[0])
    with pytest.raises(ValueError, match="signature"):
        verify_as_documented(old, receiver.received[0])


def test_secrets_are_not_in_the_database(webhook: Webhook) -> None:
    (secret,) = keys.keys_of(webhook)
    raw = secret.removeprefix("whsec_")
    for model in (Webhook, Endpoint, Notification, Delivery, WebhookCall):
        assert raw not in str(list(model.objects.values()))


def test_a_key_of_the_site_that_is_lost_is_told(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook, settings: Any
) -> None:
    settings.SECRET_KEY = "another key of the site" * 4
    assert tell(person).state == State.DEAD
    assert "SECRET_KEY" in WebhookCall.objects.latest("pk").error
    keys.rotate(webhook=webhook)
    Webhook.objects.update(previous_until=None)
    assert tell(person).state == State.SENT


def test_paused_means_nothing_is_posted_and_nothing_later(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook
) -> None:
    webhooks.pause(webhook=webhook)
    notify(kind="file_shared", to=person, context=SHARED)
    Pump().drain()
    assert upkeep.mind_webhooks() == 0
    webhooks.resume(webhook=webhook)
    Pump().drain()
    assert not receiver.received
    tell(person)
    assert len(receiver.received) == 1


def test_failing_for_days_switches_it_off_and_says_so_once(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook
) -> None:
    receiver.behave(lambda handler: handler.answer(500))
    now = timezone.now()
    Webhook.objects.update(failing_since=now - timedelta(days=2, hours=23), failed_at=now)
    assert upkeep.mind_webhooks() == 0
    # One failure long ago, and nothing since to fail, is no reason.
    Webhook.objects.update(failing_since=now - timedelta(days=9), failed_at=now - timedelta(days=9))
    assert upkeep.mind_webhooks() == 0
    tell(person)
    assert upkeep.mind_webhooks() == 1
    assert upkeep.mind_webhooks() == 0
    assert Notification.objects.get(kind="webhook_disabled").recipient_id == person.pk
    receiver.received.clear()
    tell(person)
    assert not receiver.received
    webhooks.resume(webhook=webhook)
    assert upkeep.mind_webhooks() == 0


def test_a_message_is_sent_again_under_its_id(
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook
) -> None:
    owed = tell(person)
    call = WebhookCall.objects.latest("pk")
    webhook = Webhook.objects.select_related("endpoint").get()
    webhooks.send_again(webhook=webhook, call=call)
    with pytest.raises(NotificationError, match="already"):
        webhooks.send_again(webhook=webhook, call=call)
    Pump().drain()
    assert [got.headers["webhook-id"] for got in receiver.received] == [
        str(owed.idempotency_key)
    ] * 2


def test_webhooks_are_few_and_each_once(person: AbstractBaseUser) -> None:
    for number in range(webhooks.WEBHOOKS_PER_PERSON):
        webhooks.add_webhook(user=person, url=f"https://hooks.example.com/{number}", label="")
    with pytest.raises(NotificationError, match="10 webhooks"):
        webhooks.add_webhook(user=person, url="https://hooks.example.com/x", label="")
    with pytest.raises(NotificationError, match="already"):
        webhooks.add_webhook(user=person, url="https://hooks.example.com/1", label="")


def test_nobody_is_bombarded_by_adding_and_removing(person: AbstractBaseUser) -> None:
    for _round in range(webhooks.PROBES_PER_HOUR):
        made, _secret = webhooks.add_webhook(
            user=person, url="https://victim.example.com/", label=""
        )
        made.endpoint.delete()
    with pytest.raises(NotificationError, match="Wait an hour"):
        webhooks.add_webhook(user=person, url="https://victim.example.com/", label="")
    assert not Endpoint.objects.exists()


def test_what_is_old_is_forgotten(webhook: Webhook) -> None:
    assert upkeep.forget_old_calls() == 0
    WebhookCall.objects.update(called_at=timezone.now() - timedelta(days=15))
    assert upkeep.forget_old_calls() == 1
    assert not WebhookCall.objects.exists()


def test_without_webhooks_none_is_owed(
    person: AbstractBaseUser, webhook: Webhook, settings: Any
) -> None:
    settings.WEBHOOKS = False
    assert not WebhookChannel().is_configured()
    notify(kind="file_shared", to=person, context=SHARED)
    assert not Delivery.objects.filter(notification__kind="file_shared", channel="webhook").exists()
