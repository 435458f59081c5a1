"""Receivers have a bad day: they fail, stall, hang up before and after they took what came."""

import ipaddress
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from notifications.channels import webhook as channel
from notifications.events import notify
from notifications.models import ChannelState, Delivery, Endpoint, Webhook
from notifications.outbox.pump import Pump
from notifications.tests.factories import PersonFactory
from notifications.tests.receiver import Handler, Receiver, running_receiver
from notifications.webhooks import keys

PEOPLE, EVENTS = 4, 15
PUMPS = 2
PATIENCE = 300.0
SHARED: dict[str, Any] = {"actor": "Rosa", "name": "Plan"}


@pytest.fixture
def receiver(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    settings.OUTBOX_DRIVER = "worker"
    monkeypatch.setattr(channel, "SECONDS", 0.4)
    with running_receiver() as running:
        settings.OUTGOING_HTTP, settings.OUTGOING_PORTS = True, {running.port}
        settings.OUTGOING_NETWORKS = (ipaddress.ip_network("127.0.0.0/8"),)
        running.behave(bad_day(running))
        yield running


def bad_day(receiver: Receiver) -> Any:
    chance, lock = random.Random(11), threading.Lock()

    def behaves(handler: Handler) -> None:
        with lock:
            luck = chance.random()
        if luck < 0.2:
            handler.answer(500)
        elif luck < 0.3:
            # Took it, and nobody will ever know.
            handler.close_connection = True
        elif luck < 0.35:
            receiver.dribbles(handler)
        elif luck < 0.4:
            handler.answer(503, Retry_After="1")
        else:
            handler.answer(204)

    return behaves


def add_webhook(receiver: Receiver, number: int) -> Any:
    person = PersonFactory.create()
    endpoint = Endpoint.objects.create(
        user=person,
        channel="webhook",
        address=receiver.url(f"/{number}"),
        verified_at=timezone.now(),
    )
    Webhook.objects.create(endpoint=endpoint, sealed_secret=keys.new_key()[1])
    return person


def drain() -> None:
    try:
        Pump().drain()
    finally:
        connections.close_all()


def drain_at_once() -> None:
    """Deliver with several workers, as if what failures wait for had passed."""
    Delivery.objects.open().update(due_at=timezone.now())
    ChannelState.objects.all().delete()
    workers = [threading.Thread(target=drain) for _ in range(PUMPS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


@pytest.mark.django_db(transaction=True)
def test_every_post_arrives_and_comes_twice_only_under_its_id(receiver: Receiver) -> None:
    people = [add_webhook(receiver, number) for number in range(PEOPLE)]
    for number in range(EVENTS):
        for person in people:
            notify(kind="file_shared", to=person, context=SHARED, key=str(number))
    owed = Delivery.objects.filter(channel="webhook")
    assert owed.count() == PEOPLE * EVENTS
    deadline = time.monotonic() + PATIENCE
    while owed.exclude(state="sent").exists():
        assert time.monotonic() < deadline, list(owed.values_list("state", "error"))
        # Failures are the receiver's here: none is to be given up for having come too often.
        owed.filter(state="pending").update(attempts=0)
        drain_at_once()
    arrived: dict[str, set[tuple[str, bytes]]] = defaultdict(set)
    for got in receiver.received:
        arrived[got.headers["webhook-id"]].add((got.path, got.body))
    assert set(arrived) == {str(key) for key in owed.values_list("idempotency_key", flat=True)}
    # Whatever comes twice under an id is the same, to the same.
    assert {len(bodies) for bodies in arrived.values()} == {1}
    assert len(receiver.received) > PEOPLE * EVENTS
