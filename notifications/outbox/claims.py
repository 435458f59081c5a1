"""Taking deliveries to send: each by one worker, for as long as its lease lasts."""

import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from notifications.channels.base import Channel
from notifications.models import Delivery, DeliveryQuerySet
from notifications.outbox import circuits
from notifications.outbox.clock import database_now

LEASE = timedelta(seconds=60)
# Nothing is begun that the lease may not outlast: the longest that a channel takes, and the mark.
SENDING_SECONDS = 20


@dataclass(frozen=True)
class Claim:
    """Deliveries that are this worker's until the lease ends, by its own steady clock."""

    token: uuid.UUID
    begin_before: float
    deliveries: tuple[Delivery, ...] = ()


def claim_due(channel: Channel, *, limit: int, lease: timedelta = LEASE) -> Claim:
    """Take up to `limit` deliveries of a channel, the most urgent first.

    On PostgreSQL workers pass over each other's rows (SKIP LOCKED). On SQLite the transaction has
    the database to itself from its first statement (BEGIN IMMEDIATE). A worker that dies leaves
    its rows with the lease's end as their time, and then they are due again like any other.
    """
    begin_before = time.monotonic() + lease.total_seconds() - SENDING_SECONDS
    claim = Claim(token=uuid.uuid4(), begin_before=begin_before)
    # Most looks find nothing: they must not take SQLite's one lock for writing.
    if not Delivery.objects.due(database_now()).filter(channel=channel.name).exists():
        return claim
    if not _take(channel, limit=limit, lease=lease, token=claim.token):
        return claim
    taken = Delivery.objects.filter(claim=claim.token).order_by("priority", "pk")
    related = taken.select_related(
        "notification__recipient__notification_timing", "letter", "endpoint"
    )
    return Claim(claim.token, begin_before, tuple(related))


@transaction.atomic
def _take(channel: Channel, *, limit: int, lease: timedelta, token: uuid.UUID) -> int:
    allowance = circuits.allowance(channel, wanted=limit)
    if allowance.limit <= 0:
        return 0
    now = database_now()
    due = in_order(Delivery.objects.due(now).filter(channel=channel.name))
    paused = circuits.paused_endpoints(channel)
    if paused:
        due = due.exclude(endpoint__in=paused)
    chosen = due.order_by("priority", "due_at").select_for_update(skip_locked=True)
    ids = list(chosen.values_list("pk", flat=True)[: allowance.limit])
    taken = Delivery.objects.due(now).filter(pk__in=ids)
    count = taken.update(
        state=Delivery.State.SENDING, claim=token, due_at=now + lease, attempts=F("attempts") + 1
    )
    allowance.spend(count)
    return count


def in_order(due: DeliveryQuerySet) -> DeliveryQuerySet:
    """Leave out what has to wait until an older one of its order is through."""
    older = Delivery.objects.open().filter(order_key=OuterRef("order_key"), pk__lt=OuterRef("pk"))
    return due.filter(Q(order_key="") | ~Exists(older))
