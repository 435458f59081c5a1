"""Taking deliveries: each by one worker, in the order in which they are due, while leases last."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from notifications import letters
from notifications.events import notify
from notifications.models import ChannelState, Delivery
from notifications.outbox import marks
from notifications.outbox.claims import claim_due
from notifications.tests.factories import PersonFactory
from notifications.tests.fakes import FakeChannel

SHARED = {"actor": "Rosa", "name": "Plan"}


def owe(kind: str = "file_shared", to: Any = None, **context: Any) -> Delivery:
    notify(kind=kind, to=to or PersonFactory(), context=context or SHARED)
    return Delivery.objects.latest("pk")


def taken(channel: FakeChannel | None = None, **how: Any) -> list[int]:
    claim = claim_due(channel or FakeChannel(), **({"limit": 10} | how))
    return [delivery.pk for delivery in claim.deliveries]


def test_what_is_due_is_taken_once(db: None) -> None:
    owed = owe()
    assert taken() == [owed.pk]
    assert taken() == []
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == ("sending", 1)


def test_what_is_not_due_of_another_channel_or_done_is_left(db: None) -> None:
    later, other, done = owe(), owe(), owe()
    Delivery.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(hours=1))
    Delivery.objects.filter(pk=other.pk).update(channel="sms")
    Delivery.objects.filter(pk=done.pk).update(state="sent")
    assert taken() == []


def test_a_dead_workers_lease_runs_out(db: None) -> None:
    owed = owe()
    first = claim_due(FakeChannel(), limit=10)
    assert taken() == []
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    second = claim_due(FakeChannel(), limit=10)
    assert [each.pk for each in second.deliveries] == [owed.pk]
    assert second.deliveries[0].idempotency_key == owed.idempotency_key
    # The first is not dead but slow: what it says now counts no more.
    assert marks.mark_sent([marks.Sent(first.deliveries[0], "late")]) == 0
    assert marks.mark_sent([marks.Sent(second.deliveries[0], "again")]) == 1
    owed.refresh_from_db()
    assert (owed.state, owed.receipt, owed.claim) == ("sent", "again", None)


def test_letters_go_before_notices_and_these_before_announcements(db: None) -> None:
    everybody = owe("announcement", title="Hello", text="World")
    shared = owe()
    security = owe("codes_guessed", ip="", browser="")
    letter = letters.post(
        to="new@example.com", subject="s", text="t", html="h", good_for=timedelta(hours=1)
    )
    assert taken() == [letter.pk, security.pk, shared.pk, everybody.pk]


def test_of_one_order_the_older_goes_first(db: None) -> None:
    person, space = PersonFactory(), {"used": 1, "quota": 2}
    owed = [owe(f"quota_{percent}", person, **space) for percent in (80, 95, 100)]
    elsewhere = owe("quota_80", PersonFactory(), **space)
    assert set(taken()) == {owed[0].pk, elsewhere.pk}
    Delivery.objects.filter(pk=owed[0].pk).update(
        state="pending", due_at=timezone.now() + timedelta(hours=1)
    )
    # It failed and waits: the next must not overtake it.
    assert taken() == []
    Delivery.objects.filter(pk=owed[0].pk).update(state="dead")
    assert taken() == [owed[1].pk]


@pytest.mark.django_db(transaction=True)
def test_eight_workers_share_a_hundred_and_none_is_taken_twice() -> None:
    people = PersonFactory.create_batch(100)
    notify(kind="file_shared", to=people, context=SHARED)
    ready, found = threading.Barrier(8), []

    def work() -> None:
        ready.wait()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            pks = taken(limit=7)
            found.extend(pks)
            if not pks and not Delivery.objects.filter(state="pending").exists():
                break
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 100
    assert len(set(found)) == 100


def test_a_rate_holds_for_all_workers_together(db: None) -> None:
    notify(kind="file_shared", to=PersonFactory.create_batch(12), context=SHARED)
    slow = FakeChannel(most_a_second=5)
    assert len(taken(slow, limit=100)) == 5
    assert len(taken(slow, limit=100)) <= 1
    # A second later the bucket is full again, and not fuller.
    state = ChannelState.objects.get(pk="email")
    state.filled_at = timezone.now() - timedelta(seconds=30)
    state.save()
    assert len(taken(slow, limit=100)) == 5


def test_looking_without_finding_writes_nothing(db: None, django_assert_num_queries: Any) -> None:
    looks = 2 if connection.vendor == "postgresql" else 1
    with django_assert_num_queries(looks) as seen:
        assert taken() == []
    assert all(query["sql"].startswith("SELECT") for query in seen.captured_queries)
