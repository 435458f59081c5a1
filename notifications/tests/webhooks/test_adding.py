"""Adding an address: nothing but a challenge goes there before whoever is there agrees."""

import json

import pytest
from django.contrib.auth.base_user import AbstractBaseUser

from notifications.errors import NotificationError
from notifications.events import notify
from notifications.models import Delivery, Endpoint, Notification, Webhook
from notifications.outbox.pump import Pump
from notifications.receivers import webhooks
from notifications.tests.receiver import Handler, Receiver
from notifications.tests.webhooks.telling import (
    SHARED,
    State,
    add,
    again,
    is_confirmed,
    says_it_back,
    verify_as_documented,
)

# Senders are threads with connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)


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


@pytest.mark.parametrize(
    "url", ["", "hooks.example.com", "ftp://example.com", "https://u:p@example.com", "https://x:22"]
)
def test_what_is_no_address_is_said_at_once(person: AbstractBaseUser, url: str) -> None:
    with pytest.raises(NotificationError):
        webhooks.add_webhook(user=person, url=url, label="")
    assert not Endpoint.objects.exists()


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
