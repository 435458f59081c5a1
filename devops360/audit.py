"""The audit trail: who did what to whom, from where, and whether a row of it was taken away.

An entry is written in the transaction of the act, without waiting for anybody. A moment later the
worker ties it to the one before by SHA-256, so that a row that is changed, removed or slipped in
shows. A chain in a database cannot show that its whole end was cut off by somebody who may write to
that database: so each seal is logged too, which keeps the end of the chain where logs go.

ASVS 5.0: 16.2.1, 16.3.1, 16.3.2, 16.4.2.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.utils import timezone

from devops360.models import AuditEntry, AuditHead
from devops360.observability.context import current_request_id

logger = logging.getLogger(__name__)

BATCH = 500
ADMIN_ACTS = {1: "admin_add", 2: "admin_change", 3: "admin_delete"}


@dataclass(frozen=True)
class Flaw:
    """Where the chain does not hold, and what is wrong there."""

    number: int
    words: str


def append(
    *,
    act: str,
    actor: UUID | None = None,
    subject: UUID | None = None,
    target: str = "",
    result: str = AuditEntry.Result.DONE,
    ip: str | None = None,
    user_agent: str = "",
    at: datetime | None = None,
) -> None:
    """Write an entry, in the transaction of the act. `target` is made of ids, never of names."""
    AuditEntry.objects.create(
        at=at or timezone.now(),
        act=act,
        actor=actor,
        subject=subject,
        target=target[:200],
        result=result,
        ip=ip or None,
        user_agent=user_agent[:300],
        request_id=current_request_id(),
    )


def seal_new() -> int:
    """Tie what was written since the last time to the chain. Returns how many entries.

    Harmless when doubled: the head's row is locked. The order of the chain is that of sealing; an
    entry whose transaction took long comes after those that it was older than.
    """
    sealed = 0
    while batch := _seal_batch():
        sealed += batch
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    AuditHead.objects.get_or_create(pk=1)
    head = AuditHead.objects.select_for_update().get(pk=1)
    _take_admin_log(head)
    entries = list(AuditEntry.objects.filter(number=None).order_by("pk")[:BATCH])
    for entry in entries:
        head.number += 1
        head.seal = seal_of(entry, number=head.number, before=head.seal)
        entry.number, entry.seal = head.number, head.seal
    AuditEntry.objects.bulk_update(entries, ["number", "seal"])
    head.save()
    if entries:
        logger.info("audit sealed", extra={"number": head.number, "seal": head.seal})
    return len(entries)


def _take_admin_log(head: AuditHead) -> None:
    """Enter what administrators did since the last time; Django has written it with the act."""
    rows = LogEntry.objects.filter(pk__gt=head.admin_log).select_related("content_type")
    for row in rows.order_by("pk")[:BATCH]:
        kind = row.content_type
        name = f"{kind.app_label}.{kind.model}" if kind else "?"
        append(
            act=ADMIN_ACTS.get(row.action_flag, "admin_other"),
            actor=row.user_id,
            target=f"{name} {row.object_id}",
            at=row.action_time,
        )
        head.admin_log = row.pk


def seal_of(entry: AuditEntry, *, number: int, before: str) -> str:
    """Return the SHA-256 of an entry, its place, and the seal before it."""
    text = json.dumps([before, number, fields_of(entry)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def fields_of(entry: AuditEntry) -> dict[str, Any]:
    """Return what an entry says, as JSON has it."""
    return {
        "id": entry.pk,
        "at": entry.at.isoformat(),
        "act": entry.act,
        "actor": str(entry.actor or ""),
        "subject": str(entry.subject or ""),
        "target": entry.target,
        "result": str(entry.result),
        "ip": entry.ip or "",
        "user_agent": entry.user_agent,
        "request_id": entry.request_id,
    }


def verify() -> Iterator[Flaw]:
    """Read the whole chain and yield where it does not hold. Memory does not grow with it."""
    number, before = 0, ""
    chain = AuditEntry.objects.exclude(number=None).order_by("number")
    for entry in chain.iterator(chunk_size=BATCH):
        number += 1
        if entry.number != number:
            yield Flaw(number, f"missing up to {(entry.number or 0) - 1}")
            number = entry.number or 0
        elif seal_of(entry, number=number, before=before) != entry.seal:
            yield Flaw(number, "changed, or tied to another")
        before = entry.seal
    head = AuditHead.objects.filter(pk=1).first()
    if head is not None and (head.number, head.seal) != (number, before):
        yield Flaw(head.number, "the end is missing or was tied to another")


def export(*, after: int = 0) -> Iterator[dict[str, Any]]:
    """Yield sealed entries behind a number, each with its number and seal."""
    chain = AuditEntry.objects.filter(number__gt=after).order_by("number")
    for entry in chain.iterator(chunk_size=BATCH):
        yield {"number": entry.number, **fields_of(entry), "seal": entry.seal}
