"""Sending what is owed: takes deliveries, sends them outside of any transaction, marks them."""

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from queue import Empty, SimpleQueue

from django.db import close_old_connections, connections

from notifications.channels.base import Channel
from notifications.channels.registry import configured_channels
from notifications.errors import ChannelError, RefusedError, TemporaryError, ThrottledError
from notifications.models import Delivery
from notifications.outbox import circuits, marks, triage
from notifications.outbox.claims import LEASE, Claim, claim_due
from notifications.outbox.senders import Job, Outcome, Senders

logger = logging.getLogger(__name__)

TROUBLE_SECONDS = 2.0
# How long an idle pump sleeps: the most that a notification waits.
IDLE_SECONDS = 0.5
# What comes back within this is marked in one statement.
GATHER_SECONDS = 0.02
# What a channel has in hand, per sender: about as much as it sends in a second. So senders never
# wait for the database, and a code never waits long behind what was taken before it.
FIRST_BATCH = 25
LARGEST_BATCH = 250
IN_HAND_SECONDS = 1.0
PAUSE_WHEN_THROTTLED = 5.0


class Pace:
    """How many of a channel's deliveries are taken at once, by how fast the last ones went."""

    def __init__(self, senders: int) -> None:
        self.smallest, self.largest = senders * 2, senders * LARGEST_BATCH
        self.first = self.batch = senders * FIRST_BATCH
        self._taken = 0
        self._taken_at = 0.0

    def room(self, under_way: int) -> int:
        """Return how many to take: none while more than half of a batch is in hand."""
        return 0 if under_way > self.batch // 2 else self.batch - under_way

    def took(self, count: int) -> None:
        """Note that so many were taken. What was taken before is half gone, or more."""
        now = time.monotonic()
        seconds, last = now - self._taken_at, self._taken
        self._taken, self._taken_at = count, now
        if not count or last < self.batch // 2:
            return
        if seconds < IN_HAND_SECONDS / 2:
            self.batch = min(self.largest, self.batch * 2)
        elif seconds > IN_HAND_SECONDS * 2:
            self.batch = max(self.smallest, self.batch // 2)

    def failed(self) -> None:
        """Take less again: each that is tried at a receiver that is down loses an attempt."""
        self.batch = min(self.batch, self.first)


class Pump:
    """One worker's senders: a few threads for each channel, so that a slow one holds up no other.

    Only the thread that calls `step` speaks to the database.
    """

    def __init__(
        self, *, channels: Iterable[Channel] | None = None, lease: timedelta = LEASE
    ) -> None:
        self.channels = list(configured_channels() if channels is None else channels)
        self.lease = lease
        self.tally: Counter[str] = Counter()
        self.stopping = threading.Event()
        self._outcomes: SimpleQueue[Outcome] = SimpleQueue()
        self._senders = {
            channel.name: Senders(channel, outcomes=self._outcomes, stopping=self.stopping)
            for channel in self.channels
        }
        self._pace = {channel.name: Pace(channel.concurrency) for channel in self.channels}
        # Sent, and not yet written down: kept while the database does not answer.
        self._unmarked: list[Outcome] = []

    def run(self) -> None:
        """Deliver until `stopping` is set; survives a database that goes away."""
        while not self.stopping.is_set():
            try:
                busy = self.step()
            except Exception:  # a database that is away, or a defect: others are still owed theirs
                logger.exception("The outbox could not be worked off.")
                connections.close_all()
                self.stopping.wait(TROUBLE_SECONDS)
            else:
                if not busy:
                    self._rest()
                    # Back to the pool on PostgreSQL; SQLite's stays open.
                    close_old_connections()
                    self.stopping.wait(IDLE_SECONDS)
        self.close()
        connections.close_all()

    def drain(self) -> Counter[str]:
        """Deliver all that is due now, and return how many came to what."""
        while self.step():
            pass
        self.close()
        return self.tally

    def close(self) -> None:
        """Wait for what is being sent, mark it, and give back what was not begun."""
        self.stopping.set()
        while self._is_busy():
            self._collect(timeout=1)
        self._rest()
        for senders in self._senders.values():
            senders.close()

    def _rest(self) -> None:
        for senders in self._senders.values():
            senders.rest()

    def _is_busy(self) -> bool:
        return bool(self._unmarked) or any(each.under_way for each in self._senders.values())

    def step(self) -> bool:
        """Take, hand to senders and mark once. Returns whether there was anything to do."""
        taken = sum(self._take(channel) for channel in self.channels)
        busy = self._is_busy()
        if busy:
            self._collect(timeout=0.25)
        return bool(taken) or busy

    def _take(self, channel: Channel) -> int:
        senders, pace = self._senders[channel.name], self._pace[channel.name]
        room = pace.room(senders.under_way)
        if not room:
            return 0
        claim = claim_due(channel, limit=room, lease=self.lease)
        pace.took(len(claim.deliveries))
        if claim.deliveries:
            around = triage.Surroundings.of(claim.deliveries)
            jobs: list[Job] = []
            try:
                jobs.extend(
                    Job(claim, each, channel, around.items_of(each))
                    for each in claim.deliveries
                    if self._is_to_be_sent(each, channel, around)
                )
            finally:
                # Also where the database left in the middle: these are ours for a minute.
                senders.hand_over(jobs)
        return len(claim.deliveries)

    def _is_to_be_sent(
        self, delivery: Delivery, channel: Channel, around: triage.Surroundings
    ) -> bool:
        """Tell whether it goes now; what does not is marked as that."""
        why = triage.reason_to_drop(delivery, around)
        until = triage.put_off_until(delivery, channel, around)
        if delivery.attempts > channel.max_attempts:
            # Every worker that tried it died before it could say so.
            marks.mark_failed(
                delivery, error=RefusedError("no worker survived it"), channel=channel
            )
            self.tally["failed"] += 1
        elif why:
            marks.mark_dropped(delivery, why=why)
            self.tally["dropped"] += 1
        elif until is not None:
            marks.mark_deferred(delivery, until=until)
            self.tally["deferred"] += 1
        else:
            return True
        return False

    def _collect(self, *, timeout: float) -> None:
        """Mark what has come back, after waiting for something to do so."""
        for outcome in self._come_back(timeout=timeout):
            self._senders[outcome.job.channel.name].under_way -= 1
            self._unmarked.append(outcome)
        self._mark(self._unmarked)
        self._unmarked = []

    def _come_back(self, *, timeout: float) -> Iterator[Outcome]:
        with suppress(Empty):
            yield self._outcomes.get(timeout=timeout)
            time.sleep(GATHER_SECONDS)
            while True:
                yield self._outcomes.get_nowait()

    def _mark(self, outcomes: list[Outcome]) -> None:
        sent = [outcome for outcome in outcomes if outcome.receipt is not None]
        failed = [(outcome, outcome.error) for outcome in outcomes if outcome.error is not None]
        untried = [each for each in outcomes if each.receipt is None and each.error is None]
        marks.mark_sent([marks.Sent(each.job.delivery, each.receipt or "") for each in sent])
        for claim, group in _by_claim(untried):
            marks.mark_released([each.job.delivery for each in group], token=claim.token)
        for outcome, error in failed:
            marks.mark_failed(outcome.job.delivery, error=error, channel=outcome.job.channel)
        self._note_health(sent, failed)
        self._count(sent=len(sent), failed=len(failed), untried=len(untried))

    def _count(self, **numbers: int) -> None:
        self.tally.update({name: number for name, number in numbers.items() if number})

    def _note_health(self, sent: list[Outcome], failed: list[tuple[Outcome, ChannelError]]) -> None:
        working = {outcome.job.circuit for outcome in sent}
        if working:
            circuits.note_success(working)
        for outcome, error in failed:
            if isinstance(error, ThrottledError):
                seconds = error.retry_after or PAUSE_WHEN_THROTTLED
                circuits.pause(outcome.job.circuit, seconds=seconds)
        broken = {each.job.circuit for each, error in failed if isinstance(error, TemporaryError)}
        for name in broken - working:
            channel = name.partition(":")[0]
            self._pace[channel].failed()
            if circuits.note_failure(name):
                self._senders[channel].pause(name)


def _by_claim(outcomes: list[Outcome]) -> Iterable[tuple[Claim, list[Outcome]]]:
    groups: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[id(outcome.job.claim)].append(outcome)
    return [(group[0].job.claim, group) for group in groups.values()]
