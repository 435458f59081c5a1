"""Deleting what nobody can reach any more, and nothing else.

A blob's row goes once no version has named it for GRACE; its object follows. An object without a
row goes once it is older than FILES_ORPHAN_DAYS by the store's own clock, so that a database put
back from a backup still finds its bytes. Whatever is killed half-way, the next run finishes.
"""

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import Storage, default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from files.blobs import NAMED
from files.errors import StoreUnavailableError
from files.models import Blob, Preview, Upload
from files.storage import BLOBS, INCOMING, DurableFileSystemStorage
from files.store_listing import Stored, list_objects
from files.stores import LOCAL, configured_stores, current_store, store_named

logger = logging.getLogger(__name__)

GRACE = timedelta(days=1)
BATCH = 500
# Beside BLOBS, where the store lists what is ours; avatars and the like are others'.
PREVIEWS = "previews"


@dataclass
class Swept:
    """How much went, or would go."""

    blobs: int = 0
    orphans: int = 0
    previews: int = 0
    unfinished: int = 0
    # Of blobs and orphans.
    bytes: int = 0
    # Objects without a row that are too young to go.
    young: int = 0
    # Whether everything was looked at, or the time was over before.
    whole: bool = True


def sweep(
    *, dry_run: bool = False, grace: timedelta = GRACE, seconds: float | None = None
) -> Swept:
    """Sweep everything; with `seconds`, go on next time where the time was over."""
    swept = Swept()
    deadline = None if seconds is None else monotonic() + seconds
    _sweep_released(swept, timezone.now() - grace, dry_run=dry_run)
    _sweep_lost_previews(swept, timezone.now() - grace, dry_run=dry_run)
    _sweep_unfinished(swept, dry_run=dry_run)
    for store in configured_stores():
        for prefix in (BLOBS, PREVIEWS):
            _sweep_orphans(swept, store, prefix, deadline=deadline, dry_run=dry_run)
    logger.info("swept dry_run=%s %s", dry_run, swept)
    return swept


def sweep_blobs(*, grace: timedelta = GRACE) -> int:
    """Delete blobs that no version has named for longer than `grace`. Returns how many."""
    swept = Swept()
    _sweep_released(swept, timezone.now() - grace, dry_run=False)
    logger.info("swept blobs=%d bytes=%d", swept.blobs, swept.bytes)
    return swept.blobs


# -- Blobs that no version names ---------------------------------------------------------------
def _released(before: datetime) -> QuerySet[Blob]:
    """Return what may go. An upload that waits for an answer still needs its blob."""
    waited_for = Exists(Upload.objects.filter(blob=OuterRef("pk")))
    return Blob.objects.filter(~NAMED, ~waited_for, released_at__lt=before)


def _sweep_released(swept: Swept, before: datetime, *, dry_run: bool) -> None:
    if dry_run:
        found = _released(before)
        swept.blobs += found.count()
        swept.bytes += found.aggregate(bytes=Sum("size"))["bytes"] or 0
        return
    while batch := _forget_released(before):
        # The rows first: a row must never name bytes that are gone.
        for blob in batch:
            made = [preview.key for preview in blob.previews.all() if preview.key]
            for preview in made:
                _delete(default_storage, preview)
            _delete(store_named(blob.store), blob.key)
            swept.blobs += 1
            swept.bytes += blob.size


@transaction.atomic
def _forget_released(before: datetime) -> list[Blob]:
    """Delete the next rows. Their locks are held, so that nobody names one again meanwhile."""
    going = _released(before).select_for_update(skip_locked=True, of=("self",))
    batch = list(going.order_by("released_at").prefetch_related("previews")[:BATCH])
    Blob.objects.filter(pk__in=[blob.pk for blob in batch]).delete()
    return batch


def _sweep_lost_previews(swept: Swept, before: datetime, *, dry_run: bool) -> None:
    """Forget previews that were asked for and never made: a look asks for them again."""
    lost = Preview.objects.filter(state=Preview.State.PENDING, requested_at__lt=before)
    swept.previews += lost.count() if dry_run else lost.delete()[0]


# -- Objects that no row names -----------------------------------------------------------------
def _sweep_orphans(
    swept: Swept, store: str, prefix: str, *, deadline: float | None, dry_run: bool
) -> None:
    """Compare the store's list with the rows, a batch at a time, and delete what has none."""
    place = f"sweep:{store}:{prefix}"
    after = cache.get(place, "") if deadline is not None else ""
    oldest = timezone.now() - timedelta(days=settings.FILES_ORPHAN_DAYS)
    seen = done = after
    for objects in batched(list_objects(store, prefix=prefix, after=after), BATCH):
        # Never before one more folder is done: else a large one would be begun for ever.
        if deadline is not None and monotonic() > deadline and done != after:
            cache.set(place, done, timeout=None)
            swept.whole = False
            return
        for orphan in _orphans(store, prefix, objects):
            if orphan.modified > oldest:
                swept.young += 1
                continue
            if prefix == BLOBS and not _is_safe(orphan):
                logger.error("original kept, its copy is not there key=%s", orphan.key)
                continue
            swept.orphans += 1
            swept.bytes += orphan.size
            if not dry_run:
                _delete(store_named(store), orphan.key)
        for found in objects:
            if found.folder != seen:
                seen, done = found.folder, seen
    cache.delete(place)


def _orphans(store: str, prefix: str, objects: Collection[Stored]) -> Iterator[Stored]:
    keys = [found.key for found in objects]
    needed: set[str] = set()
    if prefix == BLOBS:
        needed.update(_needed_blobs(store, keys))
        needed.update(Upload.objects.filter(key__in=keys).values_list("key", flat=True))
    elif store == current_store():
        # Previews are made again in the store that is used now, and do not move.
        needed.update(Preview.objects.filter(key__in=keys).values_list("key", flat=True))
    return (found for found in objects if found.key not in needed)


def _needed_blobs(store: str, keys: Collection[str]) -> QuerySet[Blob, str]:
    """Return the keys that are read here, or were until a moment ago: others may be reading."""
    moved_lately = Q(moved_at__gt=timezone.now() - GRACE)
    return Blob.objects.filter(Q(store=store) | moved_lately, key__in=keys).values_list(
        "key", flat=True
    )


def _is_safe(orphan: Stored) -> bool:
    """Whether it is nobody's, or the original of a blob whose copy is where its row says."""
    blob = Blob.objects.filter(key=orphan.key).first()
    if blob is None:
        return True
    store = store_named(blob.store)
    return store.exists(blob.key) and store.size(blob.key) == blob.size


# -- What was never finished -------------------------------------------------------------------
def sweep_unfinished() -> int:
    """Delete what killed processes have left half-written. Returns how many files that were.

    Only the local store has such files. What uploads in parts leave is files.uploads.strays'.
    """
    swept = Swept()
    _sweep_unfinished(swept, dry_run=False)
    return swept.unfinished


def _sweep_unfinished(swept: Swept, *, dry_run: bool) -> None:
    store = store_named(LOCAL)
    if not isinstance(store, DurableFileSystemStorage):
        return
    stale = store.stale_files(INCOMING, older_than=GRACE.total_seconds())
    swept.unfinished += len(stale)
    for path in [] if dry_run else stale:
        path.unlink(missing_ok=True)


def _delete(store: Storage, key: str) -> None:
    try:
        store.delete(key)
    except (OSError, StoreUnavailableError):
        # It has no row any more: as an orphan it goes another day.
        logger.warning("not deleted key=%s", key, exc_info=True)
