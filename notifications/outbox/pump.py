"""Sending what is owed: takes deliveries, sends them outside of any transaction, marks them."""

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta

from django.db import close_old_connections, connections

from notifications.channels.base import Channel, Message, Target
from notifications.channels.registry import configured_channels
from notifications.errors import ChannelError, RefusedError, TemporaryError, ThrottledError
from notifications.models import Delivery, Notification
from notifications.outbox import circuits, marks, triage
from notifications.outbox.claims import LEASE, Claim, claim_due

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


@dataclass(frozen=True)
class Outcome:
    """What became of one send. Neither receipt nor error: it was not begun."""

    claim: Claim
    delivery: Delivery
    channel: Channel
    receipt: str | None = None
    error: ChannelError | None = None

    @property
    def circuit(self) -> str:
        return circuits.circuit_of(self.channel, self.delivery.endpoint_id)


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
        self._paused: set[str] = set()
        self._senders = {
            channel.name: ThreadPoolExecutor(channel.concurrency, f"send-{channel.name}")
            for channel in self.channels
        }
        self._under_way: dict[Future[Outcome], str] = {}
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
        while self._under_way or self._unmarked:
            self._collect(timeout=1)
        self._rest()
        for sender in self._senders.values():
            sender.shutdown()

    def _rest(self) -> None:
        """Let channels drop what they keep. In a sender: a server that stalls holds up no other."""
        for channel in self.channels:
            self._senders[channel.name].submit(channel.rest)

    def step(self) -> bool:
        """Take, hand to senders and mark once. Returns whether there was anything to do."""
        taken = sum(self._take(channel) for channel in self.channels)
        busy = bool(self._under_way or self._unmarked)
        if busy:
            self._collect(timeout=0.25)
        return bool(taken) or busy

    def _take(self, channel: Channel) -> int:
        under_way = sum(1 for name in self._under_way.values() if name == channel.name)
        room = self._pace[channel.name].room(under_way)
        if not room:
            return 0
        claim = claim_due(channel, limit=room, lease=self.lease)
        self._pace[channel.name].took(len(claim.deliveries))
        if claim.deliveries:
            self._paused = {name for name in self._paused if not _is_of(name, channel)}
            around = triage.Surroundings.of(claim.deliveries)
            for delivery in claim.deliveries:
                self._dispatch(claim, delivery, channel, around)
        return len(claim.deliveries)

    def _dispatch(
        self, claim: Claim, delivery: Delivery, channel: Channel, around: triage.Surroundings
    ) -> None:
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
            items = around.items_of(delivery)
            sender = self._senders[channel.name]
            future = sender.submit(self._send, claim, delivery, channel, items)
            self._under_way[future] = channel.name

    def _send(
        self, claim: Claim, delivery: Delivery, channel: Channel, items: Sequence[Notification]
    ) -> Outcome:
        """In a sender's thread: send, and say how it went."""
        outcome = Outcome(claim, delivery, channel)
        late = time.monotonic() > claim.begin_before
        if late or self.stopping.is_set() or outcome.circuit in self._paused:
            return outcome
        try:
            receipt = _deliver(delivery, channel, items)
        except ChannelError as error:
            if isinstance(error, ThrottledError):
                # At once: those that wait behind this one must not make it worse.
                self._paused.add(outcome.circuit)
            return Outcome(claim, delivery, channel, error=error)
        except Exception as error:  # a defect in one message must not hold up the rest
            logger.exception("delivery failed id=%s channel=%s", delivery.pk, channel.name)
            return Outcome(claim, delivery, channel, error=TemporaryError(type(error).__name__))
        finally:
            # Channels need no database; one that used it must not keep a connection.
            connections.close_all()
        return Outcome(claim, delivery, channel, receipt=receipt)

    def _collect(self, *, timeout: float) -> None:
        wait(self._under_way, timeout=timeout, return_when=FIRST_COMPLETED)
        time.sleep(GATHER_SECONDS)
        done = [future for future in self._under_way if future.done()]
        for future in done:
            del self._under_way[future]
            self._unmarked.append(future.result())
        self._mark(self._unmarked)
        self._unmarked = []

    def _mark(self, outcomes: list[Outcome]) -> None:
        sent = [outcome for outcome in outcomes if outcome.receipt is not None]
        failed = [(outcome, outcome.error) for outcome in outcomes if outcome.error is not None]
        untried = [each for each in outcomes if each.receipt is None and each.error is None]
        marks.mark_sent([marks.Sent(each.delivery, each.receipt or "") for each in sent])
        for claim, group in _by_claim(untried):
            marks.mark_released([each.delivery for each in group], token=claim.token)
        for outcome, error in failed:
            marks.mark_failed(outcome.delivery, error=error, channel=outcome.channel)
        self._note_health(sent, failed)
        self._count(sent=len(sent), failed=len(failed), untried=len(untried))

    def _count(self, **numbers: int) -> None:
        self.tally.update({name: number for name, number in numbers.items() if number})

    def _note_health(self, sent: list[Outcome], failed: list[tuple[Outcome, ChannelError]]) -> None:
        working = {outcome.circuit for outcome in sent}
        if working:
            circuits.note_success(working)
        for outcome, error in failed:
            if isinstance(error, ThrottledError):
                seconds = error.retry_after or PAUSE_WHEN_THROTTLED
                circuits.pause(outcome.circuit, seconds=seconds)
        broken = {each.circuit for each, error in failed if isinstance(error, TemporaryError)}
        for name in broken - working:
            self._pace[name.partition(":")[0]].failed()
            if circuits.note_failure(name):
                self._paused.add(name)


def _deliver(delivery: Delivery, channel: Channel, items: Sequence[Notification]) -> str:
    message: Message = triage.message_for(delivery, items=items)
    target = Target(delivery.address, delivery.endpoint)
    return channel.send(target=target, message=message, idempotency_key=delivery.idempotency_key)


def _by_claim(outcomes: list[Outcome]) -> Iterable[tuple[Claim, list[Outcome]]]:
    groups: dict[int, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[id(outcome.claim)].append(outcome)
    return [(group[0].claim, group) for group in groups.values()]


def _is_of(circuit: str, channel: Channel) -> bool:
    return circuit.partition(":")[0] == channel.name
