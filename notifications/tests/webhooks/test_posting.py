"""Posts to a real receiver: signed, again under the same id, and no more when it fails for days."""

import uuid
from datetime import timedelta
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
from notifications.outbox.circuits import THRESHOLD
from notifications.outbox.pump import Pump
from notifications.receivers import upkeep, webhooks
from notifications.tests.receiver import Received, Receiver, running_receiver
from notifications.tests.webhooks.telling import (
    SHARED,
    State,
    add,
    again,
    says_it_back,
    tell,
    verify_as_documented,
)
from notifications.webhooks import keys

# Senders are threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)


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
    person: AbstractBaseUser, receiver: Receiver, webhook: Webhook, settings: Any
) -> None:
    with running_receiver() as other:
        settings.OUTGOING_PORTS = {receiver.port, other.port}
        other.behave(says_it_back)
        second, _secret = add(person, other.url("/second"))
        receiver.behave(lambda handler: handler.answer(500))
        other.behave(lambda handler: handler.answer(204))
        # More failures in a row than a circuit stands.
        for _event in range(THRESHOLD + 2):
            tell(person)
        resting = ChannelState.objects.filter(name=f"webhook:{webhook.pk}", failures__gte=THRESHOLD)
        # However slow this machine is.
        assert resting.update(paused_until=timezone.now() + timedelta(hours=1)) == 1
        count = len(receiver.received)
        tell(person)
    owed = Delivery.objects.filter(notification__kind="file_shared")
    states = set(owed.filter(endpoint=second.pk).values_list("state", flat=True))
    assert states == {State.SENT}
    assert not owed.filter(endpoint=webhook.pk, state=State.SENT).exists()
    # It is left alone, and nothing is lost.
    assert len(receiver.received) == count
    assert owed.filter(endpoint=webhook.pk).count() == THRESHOLD + 3


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


def test_a_challenge_goes_nowhere_again_by_the_way_of_other_posts(
    person: AbstractBaseUser, receiver: Receiver
) -> None:
    """Whoever is there has not agreed, and challenges are counted."""
    webhook, _secret = add(person, receiver.url())
    call = WebhookCall.objects.get()
    webhook = Webhook.objects.select_related("endpoint").get(pk=webhook.pk)
    assert webhook.endpoint.verified_at is None
    with pytest.raises(NotificationError, match="Confirm the address first"):
        webhooks.send_again(webhook=webhook, call=call)
    Pump().drain()
    assert len(receiver.received) == 1


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
