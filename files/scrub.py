"""Reading everything that is kept again, slowly, so that rot is found before it is needed."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import timezone

from files.errors import StoreUnavailableError
from files.integrity import Verdict, tell_operators, verify_blob
from files.models import Blob

logger = logging.getLogger(__name__)

BATCH = 100
# So many in a row that a store did not give say that it is away, and not that they are damaged.
AWAY = 20
# When the last whole pass began that has not come to its end.
BEGUN = "scrub:begun"


class Pace:
    """Holds reading to so many bytes in a second, over the whole of it."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.read = 0
        self.begun = time.monotonic()

    def __call__(self, size: int) -> None:
        self.read += size
        ahead = self.read / self.rate - (time.monotonic() - self.begun)
        if ahead > 0:
            time.sleep(ahead)


@dataclass
class Scrubbed:
    """What was read, and what of it is not what it was. Numbers alone: a store may lose it all."""

    blobs: int = 0
    bytes: int = 0
    digested: int = 0
    damaged: int = 0
    missing: int = 0
    # Of the damaged and missing: those in quarantine already are found again, but not told again.
    new: int = 0
    recovered: int = 0
    # The store did not answer for these: they are read another time.
    unread: int = 0
    # Whether nothing is left to read.
    whole: bool = True

    @property
    def troubles(self) -> int:
        return self.damaged + self.missing


def scrub(
    *,
    rate: int,
    resume: bool = False,
    limit: int | None = None,
    report: Callable[[Blob, Verdict], object] | None = None,
) -> Scrubbed:
    """Read every blob again, those first that have waited the longest.

    With `resume`, only what the last pass, which did not come to its end, has left. `rate` is in
    bytes per second, `limit` a number of blobs. `report` is called for each that is in trouble.
    Where the store is away it stops, not whole. Kill it at any time.
    """
    begun = (cache.get(BEGUN) if resume else None) or timezone.now()
    cache.set(BEGUN, begun, timeout=None)
    scrubbed = _scrub(before=begun, pace=Pace(rate), limit=limit, report=report)
    if scrubbed.whole:
        cache.delete(BEGUN)
    return scrubbed


def scrub_a_while() -> Scrubbed:
    """Read what has not been read for FILES_SCRUB_DAYS, as far as FILES_SCRUB_SECONDS go.

    What alone would take longer is left to the command, which has all the time there is.
    """
    seconds, rate = settings.FILES_SCRUB_SECONDS, settings.FILES_SCRUB_RATE
    before = timezone.now() - timedelta(days=settings.FILES_SCRUB_DAYS)
    if not seconds:
        return Scrubbed()
    return _scrub(
        before=before,
        pace=Pace(rate),
        deadline=time.monotonic() + seconds,
        largest=rate * seconds,
    )


def _scrub(
    *,
    before: datetime,
    pace: Pace,
    limit: int | None = None,
    deadline: float | None = None,
    largest: int | None = None,
    report: Callable[[Blob, Verdict], object] | None = None,
) -> Scrubbed:
    scrubbed, silent = Scrubbed(), 0
    for blob in _due(before, largest):
        over = deadline is not None and time.monotonic() > deadline
        if over or silent >= AWAY or (limit is not None and scrubbed.blobs >= limit):
            scrubbed.whole = False
            break
        verdict = _read(blob, pace, scrubbed)
        silent = 0 if verdict else silent + 1
        if report and verdict and verdict.is_trouble:
            report(blob, verdict)
    if scrubbed.new:
        tell_operators(damaged=scrubbed.damaged, missing=scrubbed.missing, read=scrubbed.blobs)
    logger.info(
        "scrubbed blobs=%d bytes=%d troubles=%d new=%d recovered=%d unread=%d",
        scrubbed.blobs,
        scrubbed.bytes,
        scrubbed.troubles,
        scrubbed.new,
        scrubbed.recovered,
        scrubbed.unread,
    )
    return scrubbed


def _due(before: datetime, largest: int | None) -> Iterator[Blob]:
    """Yield what has not been read since, the longest unread first; a page at a time.

    What could not be read does not come again: the next page begins behind it.
    """
    due = Blob.objects.all() if largest is None else Blob.objects.filter(size__lte=largest)
    yield from _paged(due.filter(verified_at=None).order_by("pk"))
    yield from _paged(due.filter(verified_at__lt=before).order_by("verified_at", "pk"))


def _paged(part: QuerySet[Blob]) -> Iterator[Blob]:
    found = list(part[:BATCH])
    while found:
        yield from found
        last = found[-1]
        behind = Q(pk__gt=last.pk)
        if last.verified_at is not None:
            later = Q(verified_at__gt=last.verified_at)
            behind = later | (Q(verified_at=last.verified_at) & behind)
        found = list(part.filter(behind)[:BATCH])


def _read(blob: Blob, pace: Pace, scrubbed: Scrubbed) -> Verdict | None:
    """Read one and count it. Returns None where the store did not give it."""
    try:
        verdict = verify_blob(blob, pace=pace)
    except (OSError, StoreUnavailableError):
        logger.exception("not read blob id=%s key=%s", blob.pk, blob.key)
        scrubbed.unread += 1
        return None
    scrubbed.blobs += 1
    scrubbed.bytes += blob.size
    scrubbed.digested += verdict is Verdict.DIGESTED
    scrubbed.damaged += verdict is Verdict.DAMAGED
    scrubbed.missing += verdict is Verdict.MISSING
    if verdict.is_trouble:
        scrubbed.new += blob.quarantined_at is None
    elif blob.quarantined_at is not None:
        scrubbed.recovered += 1
    return verdict
