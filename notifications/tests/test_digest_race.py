"""Two workers at one person's digest in the same moment: one digest, with all that was held."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications.digest import send_digests
from notifications.events import notify
from notifications.models import Delivery, Notification, Preference
from notifications.tests.factories import PersonFactory

HELD = 6


@contextmanager
def holding(delivery: Delivery) -> Iterator[None]:
    """Keep workers in the middle of a digest, at this row, until the block ends."""
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=delivery.pk)
        yield
        _until_waiting(2)


def _until_waiting(workers: int) -> None:
    """Wait until so many connections wait for a lock. SQLite's wait for the database itself."""
    if connection.vendor != "postgresql":
        return
    deadline = time.monotonic() + 5
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= workers:
                return


def send_apart(now: datetime) -> int:
    """Send with a connection of this thread's own."""
    try:
        return send_digests(now=now)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_a_digest_once() -> None:
    reader = PersonFactory()
    Preference.objects.create(
        user=reader, subject="shared_with_me", channel="email", mode=Preference.Mode.DIGEST
    )
    for number in range(HELD):
        notify(kind="file_shared", to=reader, context={"actor": "Rosa", "name": f"Plan {number}"})
    held = list(Delivery.objects.filter(state="held").order_by("pk"))
    assert len(held) == HELD
    tomorrow = timezone.now() + timedelta(days=1)
    with ThreadPoolExecutor(2) as workers:
        with holding(held[-1]):
            sending = [workers.submit(send_apart, tomorrow) for _ in range(2)]
        assert sorted(each.result(timeout=60) for each in sending) == [0, 1]
    digest = Notification.objects.get(kind="digest")
    assert digest.context["items"] == [delivery.notification_id for delivery in held]
    assert Delivery.objects.filter(notification=digest).count() == 1
    assert not Delivery.objects.filter(state="held").exists()
