"""What all workers know of each way out: circuit breakers, pauses and rate limits, in rows.

A channel whose receiver is gone is left alone for a while instead of burning every delivery's
attempts; then one delivery tries whether it is back.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from notifications.channels.base import Channel
from notifications.models import ChannelState
from notifications.outbox.clock import database_now

logger = logging.getLogger(__name__)

# Rounds of sending in a row without one success, after which a channel is left alone.
THRESHOLD = 8
FIRST_PAUSE = 10.0
LONGEST_PAUSE = 300.0
# A try after a pause that nobody came back from is made again.
PROBE = timedelta(seconds=60)


def circuit_of(channel: Channel, endpoint_id: int | None) -> str:
    """Return the name under which failures of this way out are counted."""
    if channel.breaks_by_endpoint and endpoint_id is not None:
        return f"{channel.name}:{endpoint_id}"
    return channel.name


@dataclass
class Allowance:
    """How many deliveries of a channel may be taken now; holds the state's lock if it has one."""

    limit: int
    state: ChannelState | None = None

    def spend(self, taken: int) -> None:
        """Write down how many were taken. Call it in the transaction that took them."""
        if self.state is not None and self.state.filled_at is not None:
            ChannelState.objects.filter(pk=self.state.pk).update(tokens=F("tokens") - taken)


def allowance(channel: Channel, *, wanted: int) -> Allowance:
    """Return how many may be taken. Call it in the transaction that takes them."""
    rate = channel.rate()
    if rate > 0:
        ChannelState.objects.get_or_create(pk=channel.name)
    state = ChannelState.objects.select_for_update().filter(pk=channel.name).first()
    if state is None:
        return Allowance(wanted)
    now = database_now()
    if state.paused_until is not None and state.paused_until > now:
        return Allowance(0)
    if state.failures >= THRESHOLD:
        # Half open: one may try, and until it is back no other, of any worker.
        ChannelState.objects.filter(pk=state.pk).update(paused_until=now + PROBE)
        return Allowance(1)
    if rate <= 0:
        return Allowance(wanted)
    return Allowance(min(wanted, _fill(state, rate, now)), state)


def _fill(state: ChannelState, rate: float, now: datetime) -> int:
    """Fill the bucket, which holds what a second may take, and return the whole tokens in it."""
    size = max(rate, 1.0)
    if state.filled_at is None:
        state.tokens = size
    else:
        passed = max(0.0, (now - state.filled_at).total_seconds())
        state.tokens = min(size, state.tokens + passed * rate)
    state.filled_at = now
    state.save(update_fields=["tokens", "filled_at"])
    return max(0, int(state.tokens))


def paused_endpoints(channel: Channel) -> list[int]:
    """Return the endpoints of a channel that are to be left alone now."""
    if not channel.breaks_by_endpoint:
        return []
    prefix = f"{channel.name}:"
    paused = ChannelState.objects.filter(name__startswith=prefix, paused_until__gt=database_now())
    return [int(name.removeprefix(prefix)) for name in paused.values_list("name", flat=True)]


def note_success(names: Iterable[str]) -> None:
    """Write down that these ways work. A write only where one did not."""
    troubled = ChannelState.objects.filter(pk__in=set(names), failures__gt=0)
    if troubled.exists():
        troubled.update(failures=0, paused_until=None)


@transaction.atomic
def note_failure(name: str) -> bool:
    """Count a round without success; return whether the way is to be left alone from now on."""
    ChannelState.objects.get_or_create(pk=name)
    state = ChannelState.objects.select_for_update().get(pk=name)
    state.failures += 1
    if state.failures >= THRESHOLD:
        seconds = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(10, state.failures - THRESHOLD))
        state.paused_until = database_now() + timedelta(seconds=seconds)
        logger.warning("channel paused name=%s failures=%s", name, state.failures)
    state.save(update_fields=["failures", "paused_until"])
    return state.failures >= THRESHOLD


def pause(name: str, *, seconds: float) -> None:
    """Leave a way alone for as long as its receiver asked."""
    until = database_now() + timedelta(seconds=min(seconds, LONGEST_PAUSE))
    ChannelState.objects.update_or_create(pk=name, defaults={"paused_until": until})
