"""Sending: what becomes of a delivery, by what its receiver does."""

import threading
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from notifications import letters, suppression
from notifications.errors import (
    BadAddressError,
    RefusedError,
    TemporaryError,
    ThrottledError,
)
from notifications.events import notify
from notifications.models import ChannelState, Delivery, Endpoint, Suppression, Timing
from notifications.outbox import circuits, marks
from notifications.outbox.pump import Pump
from notifications.tests.factories import PersonFactory
from notifications.tests.fakes import FakeChannel, Given

SHARED = {"actor": "Rosa", "name": "Plan"}


@pytest.fixture
def owed(db: None) -> Delivery:
    notify(kind="file_shared", to=PersonFactory(), context=SHARED, url="/files/")
    return Delivery.objects.get()


def raises(*errors: Exception | None) -> Callable[[Given], None]:
    """Raise these in turn; None, and whatever comes after them, is a success."""
    left = list(errors)

    def behave(given: Given) -> None:
        error = left.pop(0) if left else None
        if error is not None:
            raise error

    return behave


def always(error: Exception) -> Callable[[Given], None]:
    def behave(given: Given) -> None:
        raise error

    return behave


def pump(channel: FakeChannel) -> dict[str, int]:
    return dict(Pump(channels=[channel]).drain())


def make_due() -> None:
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    ChannelState.objects.update(paused_until=None)


def test_sent_and_written_down(owed: Delivery) -> None:
    channel = FakeChannel()
    assert pump(channel) == {"sent": 1}
    owed.refresh_from_db()
    assert (owed.state, owed.receipt, owed.error) == ("sent", "receipt 1", "")
    assert owed.finished_at is not None
    (given,) = channel.given
    assert given.message.title == "Rosa shared “Plan” with you"
    assert given.message.url == "http://localhost:8000/files/"
    assert pump(channel) == {}


def test_a_failure_is_tried_again_with_the_same_key(owed: Delivery) -> None:
    channel = FakeChannel(behave=raises(TemporaryError("no answer")))
    pump(channel)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts, owed.error) == ("pending", 1, "TemporaryError: no answer")
    make_due()
    pump(channel)
    owed.refresh_from_db()
    assert owed.state == "sent"
    assert {given.key for given in channel.given} == {owed.idempotency_key}


def test_what_fails_to_the_end_is_dead_and_can_be_replayed(owed: Delivery) -> None:
    channel = FakeChannel(behave=raises(*[TemporaryError("no answer")] * 3))
    for _ in range(3):
        pump(channel)
        make_due()
    owed.refresh_from_db()
    assert owed.state == "dead"
    assert pump(channel) == {}
    assert marks.replay(Delivery.objects.all()) == 1
    assert pump(channel) == {"sent": 1}
    assert {given.key for given in channel.given} == {owed.idempotency_key}


def test_a_defect_of_one_message_counts_as_a_failure(owed: Delivery) -> None:
    pump(FakeChannel(behave=raises(ZeroDivisionError())))
    owed.refresh_from_db()
    assert (owed.state, owed.error) == ("pending", "TemporaryError: ZeroDivisionError")


def test_refused_is_dead_at_once(owed: Delivery) -> None:
    pump(FakeChannel(behave=raises(RefusedError("554 not this"))))
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == ("dead", 1)


def test_an_address_without_anybody_is_not_used_again(owed: Delivery) -> None:
    channel = FakeChannel(behave=raises(BadAddressError("550 no such user")))
    pump(channel)
    assert Suppression.objects.get().address == owed.address.lower()
    person = owed.notification.recipient if owed.notification else None
    assert person is not None
    notify(kind="file_shared", to=person, context=SHARED)
    notify(kind="codes_guessed", to=person, context={"ip": "", "browser": ""})
    assert pump(channel) == {"dropped": 2}
    assert len(channel.given) == 1


def test_a_bad_endpoint_is_disabled(owed: Delivery) -> None:
    endpoint = Endpoint.objects.create(
        user=PersonFactory(), channel="email", address="x", verified_at=timezone.now()
    )
    Delivery.objects.update(endpoint=endpoint)
    pump(FakeChannel(behave=raises(BadAddressError("410 gone"))))
    endpoint.refresh_from_db()
    assert endpoint.disabled_reason == "BadAddressError: 410 gone"
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(("reason", "security_goes"), [("bounced", 0), ("complained", 1)])
def test_who_opted_out_still_hears_of_security(db: None, reason: str, security_goes: int) -> None:
    person = PersonFactory(email="Kim@example.com")
    suppression.suppress(channel="email", address="kim@EXAMPLE.com", reason=reason)
    notify(kind="file_shared", to=person, context=SHARED)
    notify(kind="codes_guessed", to=person, context={"ip": "", "browser": ""})
    channel = FakeChannel()
    pump(channel)
    assert len(channel.given) == security_goes
    assert suppression.lift(channel="email", address="Kim@Example.com")


def test_throttled_pauses_the_channel_and_loses_no_attempt(owed: Delivery) -> None:
    notify(kind="file_shared", to=PersonFactory(), context=SHARED)
    channel = FakeChannel(behave=raises(ThrottledError("slow down", retry_after=60)))
    channel.concurrency = 1
    pump(channel)
    assert len(channel.given) == 1
    assert sorted(Delivery.objects.values_list("state", "attempts")) == [("pending", 0)] * 2
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert pump(channel) == {}
    make_due()
    assert pump(channel) == {"sent": 2}


def test_what_is_throttled_for_days_ends_all_the_same(owed: Delivery) -> None:
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=4))
    pump(FakeChannel(behave=raises(ThrottledError("slow down"))))
    owed.refresh_from_db()
    assert owed.state == "dead"


def test_a_receiver_that_is_gone_is_left_alone_then_tried_by_one(db: None) -> None:
    notify(kind="file_shared", to=PersonFactory.create_batch(30), context=SHARED)
    channel = FakeChannel(behave=always(TemporaryError("refused")))
    channel.concurrency, channel.max_attempts = 1, 99
    for _ in range(circuits.THRESHOLD * 3):
        Pump(channels=[channel]).drain()
        if ChannelState.objects.filter(paused_until__isnull=False).exists():
            break
        make_due()
    tried = len(channel.given)
    assert tried < 30 * circuits.THRESHOLD
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert pump(channel) == {}
    # Half open: a single one tries, and fails: the pause is longer.
    before = ChannelState.objects.get(pk="email").failures
    make_due()
    pump(channel)
    assert len(channel.given) == tried + 1
    assert ChannelState.objects.get(pk="email").failures == before + 1
    # Back again: the one that tries opens the way for all.
    channel.behave = lambda given: None
    make_due()
    assert pump(channel)["sent"] == 30
    assert ChannelState.objects.get(pk="email").failures == 0


def test_quiet_hours_are_waited_for_except_by_security(db: None) -> None:
    person = PersonFactory()
    Timing.objects.create(user=person, quiet_from=time(0, 0), quiet_until=time(23, 59, 59))
    notify(kind="file_shared", to=person, context=SHARED)
    notify(kind="codes_guessed", to=person, context={"ip": "", "browser": ""})
    channel = FakeChannel()
    assert pump(channel) == {"sent": 1, "deferred": 1}
    waiting = Delivery.objects.get(state="pending")
    assert (waiting.attempts, waiting.claim) == (0, None)
    assert waiting.due_at > timezone.now()


def test_a_letter_is_sent_as_it_was_written_and_then_forgotten(db: None) -> None:
    owed = letters.post(
        to="new@example.com",
        subject="Code",
        text="123",
        html="<p>123</p>",
        good_for=timedelta(minutes=10),
    )
    assert owed.letter is not None
    assert "123" not in owed.letter.sealed
    channel = FakeChannel()
    assert pump(channel) == {"sent": 1}
    message = channel.given[0].message
    assert (message.title, message.text, message.html) == ("Code", "123", "<p>123</p>")
    owed.letter.refresh_from_db()
    assert owed.letter.sealed == ""
    Delivery.objects.update(state="dead")
    assert marks.replay(Delivery.objects.all()) == 0


def test_a_letter_that_is_too_late_is_not_sent(db: None) -> None:
    owed = letters.post(
        to="new@example.com", subject="Code", text="123", html="", good_for=timedelta(0)
    )
    assert pump(FakeChannel()) == {"dropped": 1}
    owed.refresh_from_db()
    assert owed.error == "too late"
    assert owed.letter is not None
    owed.letter.refresh_from_db()
    assert owed.letter.sealed == ""


def test_a_letter_outlives_the_exchange_of_the_key(db: None, settings: Any) -> None:
    letters.post(to="a@example.com", subject="s", text="t", html="", good_for=timedelta(hours=1))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-key-" * 6
    channel = FakeChannel()
    pump(channel)
    assert Delivery.objects.get().state == "dead"
    settings.SECRET_KEY_FALLBACKS = [old]
    marks.replay(Delivery.objects.all())
    assert pump(channel) == {"sent": 1}


def test_what_killed_every_worker_is_given_up(owed: Delivery) -> None:
    Delivery.objects.update(attempts=FakeChannel().max_attempts)
    channel = FakeChannel()
    assert pump(channel) == {"failed": 1}
    owed.refresh_from_db()
    assert (owed.state, channel.given) == ("dead", [])


def test_a_kind_of_a_newer_version_waits_for_its_workers(owed: Delivery) -> None:
    assert owed.notification is not None
    type(owed.notification).objects.update(kind="of tomorrow")
    channel = FakeChannel()
    assert pump(channel) == {"failed": 1}
    owed.refresh_from_db()
    assert owed.state == "pending"


def test_a_pump_that_is_stopped_gives_back_what_it_has_not_begun(db: None) -> None:
    notify(kind="file_shared", to=PersonFactory.create_batch(10), context=SHARED)
    begun, go_on = threading.Event(), threading.Event()

    def stall(given: Given) -> None:
        begun.set()
        assert go_on.wait(30)

    channel = FakeChannel(behave=stall)
    channel.concurrency = 1
    working = Pump(channels=[channel])
    working.step()
    assert begun.wait(30)
    working.stopping.set()
    go_on.set()
    working.close()
    assert Delivery.objects.filter(state="sent").count() == 1
    assert (
        sorted(Delivery.objects.exclude(state="sent").values_list("state", "attempts"))
        == [("pending", 0)] * 9
    )


def test_a_slow_channel_holds_up_no_other(db: None) -> None:
    go_on = threading.Event()

    def stall(given: Given) -> None:
        assert go_on.wait(30)

    slow = FakeChannel(behave=stall)
    fast = FakeChannel()
    fast.name = "sms"  # type: ignore[misc]
    notify(kind="file_shared", to=PersonFactory.create_batch(8), context=SHARED)
    ids = list(Delivery.objects.values_list("pk", flat=True)[:2])
    Delivery.objects.filter(pk__in=ids).update(channel="sms")
    working = Pump(channels=[slow, fast])
    while Delivery.objects.filter(channel="sms").exclude(state="sent").exists():
        working.step()
    assert not Delivery.objects.filter(channel="email", state="sent").exists()
    go_on.set()
    working.close()


def test_the_wait_grows_and_differs() -> None:
    waits = [[marks.delay_after(attempt) for _ in range(200)] for attempt in (1, 5, 30)]
    assert max(waits[0]) <= 5 < max(waits[1]) <= 80 < max(waits[2]) <= 3600
    assert all(len(set(row)) > 190 for row in waits)
