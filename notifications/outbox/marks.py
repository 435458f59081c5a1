"""Writing down how it went. A worker marks only what is still its own by the claim."""

import json
import logging
import random
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from notifications import suppression
from notifications.channels.base import EMAIL, SMS, Channel
from notifications.errors import BadAddressError, ChannelError, RefusedError, ThrottledError
from notifications.metrics import DELIVERIES
from notifications.models import Delivery, DeliveryQuerySet, Endpoint, Letter, Suppression
from notifications.outbox.clock import database_now

logger = logging.getLogger(__name__)

State = Delivery.State
FIRST_DELAY = 5.0
LONGEST_DELAY = 3600.0
# Nobody wants to hear, days later, what could not be sent.
MAX_AGE = timedelta(days=3)


def delay_after(attempts: int) -> float:
    """Return seconds until the next attempt: anywhere up to 5, 10, 20 … 3,600 (full jitter).

    So that those who failed together do not come back together.
    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts - 1, 20))
    return random.uniform(0, longest)  # noqa: S311  (jitter)


MARK = """
UPDATE notifications_delivery
SET state = 'sent', receipt = went.receipt, error = '', finished_at = %s, claim = NULL
FROM {rows}
WHERE notifications_delivery.id = went.id AND notifications_delivery.claim = went.claim
"""
ROWS_OF_ARRAYS = "unnest(%s::bigint[], %s::uuid[], %s::text[]) AS went (id, claim, receipt)"
ROWS_OF_JSON = """(
    SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS claim,
        json_extract(value, '$[2]') AS receipt
    FROM json_each(%s)
) AS went"""


@dataclass(frozen=True)
class Sent:
    delivery: Delivery
    receipt: str


@transaction.atomic
def mark_sent(sent: Sequence[Sent]) -> int:
    """Mark what went, in one statement; return how many were still their claims' own."""
    if not sent:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(*_marking(sent))
        marked: int = cursor.rowcount
    letters = [each.delivery.pk for each in sent if each.delivery.letter_id]
    if letters:
        _erase_letters(letters)
    for channel, count in Counter(each.delivery.channel for each in sent).items():
        DELIVERIES.labels(channel, "sent").inc(count)
    return marked


def _marking(sent: Sequence[Sent]) -> tuple[str, list[Any]]:
    """Return the statement, in which each row has a receipt of its own, and its parameters.

    The ORM's way to say it is a CASE of a thousand WHENs, which takes longer than to send.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [(each.delivery.pk, each.delivery.claim, each.receipt) for each in sent]
    if connection.vendor == "postgresql":
        return MARK.format(rows=ROWS_OF_ARRAYS), [now, *map(list, zip(*rows, strict=True))]
    # SQLite keeps a UUID as its 32 digits.
    as_json = json.dumps([(pk, claim.hex if claim else "", text) for pk, claim, text in rows])
    return MARK.format(rows=ROWS_OF_JSON), [now, as_json]


def mark_dropped(delivery: Delivery, *, why: str) -> None:
    _finish(delivery, State.DROPPED, why)


def mark_released(deliveries: Iterable[Delivery], *, token: uuid.UUID) -> None:
    """Give back what was not tried; it is due at once and has lost no attempt."""
    ids = [delivery.pk for delivery in deliveries]
    _own(ids, token).update(
        state=State.PENDING, claim=None, due_at=database_now(), attempts=F("attempts") - 1
    )


def mark_deferred(delivery: Delivery, *, until: datetime) -> None:
    """Wait for the end of quiet hours."""
    _own([delivery.pk], delivery.claim).update(
        state=State.PENDING, claim=None, due_at=until, attempts=F("attempts") - 1
    )


def mark_failed(delivery: Delivery, *, error: ChannelError, channel: Channel) -> None:
    """Try again later, or give up, by what the error says of it."""
    why = f"{type(error).__name__}: {error}"[:300]
    too_old = delivery.created_at < database_now() - MAX_AGE
    if isinstance(error, BadAddressError):
        _close_address(delivery, why)
        _finish(delivery, State.DEAD, why)
    elif isinstance(error, RefusedError) or too_old:
        _finish(delivery, State.DEAD, why)
    elif isinstance(error, ThrottledError):
        _retry(delivery, error, why, lost=0)
    elif delivery.attempts >= channel.max_attempts:
        _finish(delivery, State.DEAD, why)
    else:
        _retry(delivery, error, why, lost=1)


def _retry(delivery: Delivery, error: ChannelError, why: str, *, lost: int) -> None:
    DELIVERIES.labels(delivery.channel, "throttled" if not lost else "failed").inc()
    seconds = delay_after(delivery.attempts) + (error.retry_after or 0)
    _own([delivery.pk], delivery.claim).update(
        state=State.PENDING,
        claim=None,
        error=why,
        attempts=F("attempts") - 1 + lost,
        due_at=database_now() + timedelta(seconds=seconds),
    )


@transaction.atomic
def _finish(delivery: Delivery, state: str, why: str) -> None:
    marked = _own([delivery.pk], delivery.claim).update(
        state=state, claim=None, error=why[:300], finished_at=timezone.now()
    )
    if marked:
        DELIVERIES.labels(delivery.channel, state).inc()
    if marked and state == State.DEAD:
        asked = {"request_id": delivery.request_id}
        logger.warning("delivery dead id=%s channel=%s", delivery.pk, delivery.channel, extra=asked)
    if delivery.letter_id and state == State.DROPPED:
        _erase_letters([delivery.pk])


def _own(ids: Iterable[int], token: uuid.UUID | None) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk__in=list(ids), claim=token, state=State.SENDING)


def _erase_letters(delivery_ids: Iterable[int]) -> None:
    """What was in a letter is nobody's business once it went."""
    Letter.objects.filter(delivery__in=list(delivery_ids)).update(sealed="")


def _close_address(delivery: Delivery, why: str) -> None:
    """Use an address no more at which nobody is."""
    if delivery.endpoint_id:
        Endpoint.objects.filter(pk=delivery.endpoint_id, disabled_at=None).update(
            disabled_at=timezone.now(), disabled_reason=why[:200]
        )
    elif delivery.channel in {EMAIL, SMS}:
        suppression.suppress(
            channel=delivery.channel,
            address=delivery.address,
            reason=Suppression.Reason.BOUNCED,
            detail=why,
        )


@transaction.atomic
def replay(deliveries: DeliveryQuerySet) -> int:
    """Make dead letters due again, with their old keys; return how many.

    A letter whose words are erased or too late cannot be sent again and stays as it is.
    """
    lost = Q(letter__isnull=False) & (
        Q(letter__sealed="") | Q(letter__expires_at__lt=timezone.now())
    )
    ids = list(deliveries.dead().exclude(lost).values_list("pk", flat=True))
    return (
        Delivery.objects.dead()
        .filter(pk__in=ids)
        .update(state=State.PENDING, attempts=0, due_at=database_now(), finished_at=None)
    )
