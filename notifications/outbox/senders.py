"""Sending: a few threads for each channel, so that a slow one holds up no other."""

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from django.db import connections

from notifications.channels.base import Channel, Message, Target
from notifications.errors import ChannelError, TemporaryError, ThrottledError
from notifications.models import Delivery, Notification
from notifications.outbox import circuits, triage
from notifications.outbox.claims import Claim
from notifications.outbox.observing import observed

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One delivery to send; `items` are what a digest is made of."""

    claim: Claim
    delivery: Delivery
    channel: Channel
    items: Sequence[Notification] = ()

    @property
    def circuit(self) -> str:
        return circuits.circuit_of(self.channel, self.delivery.endpoint_id)


@dataclass(frozen=True)
class Outcome:
    """What became of a job. Neither receipt nor error: it was not begun."""

    job: Job
    receipt: str | None = None
    error: ChannelError | None = None


class Senders:
    """One channel's threads. All but `_work` and below belongs to the pump's own thread.

    Queues and no futures: waiting for a thousand of these takes a lock of each, at every look.
    """

    def __init__(
        self, channel: Channel, *, outcomes: SimpleQueue[Outcome], stopping: threading.Event
    ) -> None:
        self.channel = channel
        self.under_way = 0
        self._outcomes = outcomes
        self._stopping = stopping
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        # Circuits that are left alone, until the pump has looked at their rows again.
        self._paused: set[str] = set()
        self._threads = ThreadPoolExecutor(channel.concurrency, f"send-{channel.name}")

    def hand_over(self, jobs: Sequence[Job]) -> None:
        """Have these sent, each to come out of `outcomes`. What rested may be tried again."""
        self._paused = set()
        self.under_way += len(jobs)
        for job in jobs:
            self._jobs.put(job)
        for _ in range(min(len(jobs), self.channel.concurrency)):
            self._threads.submit(self._work)

    def pause(self, circuit: str) -> None:
        self._paused.add(circuit)

    def rest(self) -> None:
        """Let the channel drop what it keeps; in a thread, since a server may stall."""
        self._threads.submit(self.channel.rest)

    def close(self) -> None:
        self._threads.shutdown()

    def _work(self) -> None:
        """Send until there is nothing left."""
        try:
            while True:
                try:
                    job = self._jobs.get_nowait()
                except Empty:
                    return
                outcome = Outcome(job)
                try:
                    outcome = self._send(job)
                finally:
                    self._outcomes.put(outcome)
        finally:
            # Of a channel that asks the database: nothing is kept while there is nothing to do.
            connections.close_all()

    def _send(self, job: Job) -> Outcome:
        late = time.monotonic() > job.claim.begin_before
        if late or self._stopping.is_set() or job.circuit in self._paused:
            return Outcome(job)
        try:
            with observed(job.delivery):
                receipt = _deliver(job)
        except ChannelError as error:
            if isinstance(error, ThrottledError):
                # At once: those that wait behind this one must not make it worse.
                self._paused.add(job.circuit)
            return Outcome(job, error=error)
        except Exception as error:  # a defect in one message must not hold up the rest
            delivery = job.delivery
            logger.exception("delivery failed id=%s channel=%s", delivery.pk, delivery.channel)
            # It may have been the database: the next one asks by a new connection.
            connections.close_all()
            return Outcome(job, error=TemporaryError(type(error).__name__))
        return Outcome(job, receipt=receipt)


def _deliver(job: Job) -> str:
    delivery = job.delivery
    message: Message = triage.message_for(delivery, items=job.items)
    target = Target(delivery.address, delivery.endpoint)
    key = delivery.idempotency_key
    return job.channel.send(target=target, message=message, idempotency_key=key)
