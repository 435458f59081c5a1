"""Moving a live vault from one store to the other, a blob at a time, with nobody noticing.

Each blob is copied, the copy is read back and compared, then its row is switched: from that moment
it is read from the other store. The first copy stays until it is deleted in a pass of its own, or
by the sweeper: whoever had begun to read it comes to the end. Whatever breaks off is begun again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from botocore.exceptions import ClientError
from django.core.files.base import File
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from files.errors import StoreUnavailableError
from files.integrity import Verdict, judge, read_object
from files.models import Blob, Upload
from files.stores import LOCAL, S3, store_named
from files.sweep import GRACE

logger = logging.getLogger(__name__)

BATCH = 100
OTHER = {LOCAL: S3, S3: LOCAL}


@dataclass
class Moved:
    """How far it has come."""

    blobs: int = 0
    bytes: int = 0
    # Copied by a run before, which was broken off: only read back.
    found: int = 0
    # The original is damaged or missing: it stays, for the scrubber to tell of.
    troubles: int = 0
    # A store did not answer: the next run tries again.
    failed: int = 0
    deleted: int = 0


# What other apps keep in the stores, without a row that says in which: their keys.
_others: dict[str, Callable[[], Iterable[str]]] = {}


def register_others(name: str, keys: Callable[[], Iterable[str]]) -> None:
    """Have what another app keeps moved, too; `name` is what it is, in words."""
    _others[name] = keys


def left_to_move(*, to: str) -> tuple[int, int]:
    """Return how many blobs, and bytes, are in the other store."""
    left = _waiting(to)
    return left.count(), left.aggregate(bytes=Coalesce(Sum("size"), 0))["bytes"]


def move_blobs(*, to: str, told: Callable[[Moved], None] | None = None) -> Moved:
    """Move every blob to the store. `told` is called now and then. Kill it at any time."""
    moved = Moved()
    for number, blob in enumerate(_paged(to), start=1):
        try:
            _move(blob, to, moved)
        except (OSError, StoreUnavailableError):
            logger.exception("not moved blob id=%s key=%s", blob.pk, blob.key)
            moved.failed += 1
        if told is not None and number % BATCH == 0:
            told(moved)
    logger.info("moved to=%s %s", to, moved)
    return moved


def move_others(*, to: str) -> dict[str, int]:
    """Copy what other apps keep and is not there yet; return how many of each."""
    source, target = store_named(OTHER[to]), store_named(to)
    copied = dict.fromkeys(_others, 0)
    for name, keys in _others.items():
        for key in keys():
            if target.exists(key) or not source.exists(key):
                continue
            with source.open(key, "rb") as file:
                saved = target.save(key, File(file))
            if saved != key:
                # Another run was faster.
                target.delete(saved)
            copied[name] += 1
    return copied


def delete_others(*, to: str, dry_run: bool = False) -> dict[str, int]:
    """Delete what has been copied to the store from the other one; return how many of each."""
    source, target = store_named(OTHER[to]), store_named(to)
    deleted = dict.fromkeys(_others, 0)
    for name, keys in _others.items():
        for key in keys():
            if not source.exists(key) or not target.exists(key):
                continue
            if source.size(key) == target.size(key):
                if not dry_run:
                    source.delete(key)
                deleted[name] += 1
    return deleted


def _waiting(to: str) -> QuerySet[Blob]:
    """Return what is in the other store. An upload that still waits for an answer stays in its."""
    waited_for = Exists(Upload.objects.filter(blob=OuterRef("pk")))
    return Blob.objects.filter(~waited_for, store=OTHER[to])


def _paged(to: str) -> Iterator[Blob]:
    """Yield them in order of id, a page at a time; each once, whatever becomes of it."""
    waiting = _waiting(to).order_by("pk")
    found = list(waiting[:BATCH])
    while found:
        yield from found
        found = list(waiting.filter(pk__gt=found[-1].pk)[:BATCH])


def _move(blob: Blob, to: str, moved: Moved) -> None:
    if not blob.sha256:
        # It came straight into the bucket, and nobody has read it since.
        blob.sha256 = read_object(blob.store, blob.key).sha256
    if _is_copied_lately(blob, to):
        moved.found += 1
    else:
        _copy(blob, to)
        if not _is_right(blob, to):
            # Copied just now, and not what the row says: nor is the original, or it is missing.
            # What the store has of it no row names, so that the sweeper takes it.
            moved.troubles += 1
            return
    if _switch(blob, to):
        moved.blobs += 1
        moved.bytes += blob.size


def _is_right(blob: Blob, store: str) -> bool:
    return judge(blob, read_object(store, blob.key)) is Verdict.RIGHT


def _is_copied_lately(blob: Blob, to: str) -> bool:
    """Whether a run that was broken off has left its copy. An old one the sweeper may be taking."""
    store = store_named(to)
    try:
        lately = store.get_modified_time(blob.key) > timezone.now() - GRACE / 2
    except (FileNotFoundError, ClientError):
        return False
    return lately and _is_right(blob, to)


def _copy(blob: Blob, to: str) -> None:
    target = store_named(to)
    unmoved = Blob.objects.filter(pk=blob.pk, store=blob.store)
    if target.exists(blob.key) and not _is_copied_lately(blob, to) and unmoved.exists():
        # No whole copy, or an old one; and nothing names it: the row names the original.
        target.delete(blob.key)
    try:
        with store_named(blob.store).open(blob.key, "rb") as file:
            key = target.save(blob.key, File(file))
    except FileNotFoundError:
        return
    if key != blob.key:
        # Another run was faster with the same blob.
        target.delete(key)


def _switch(blob: Blob, to: str) -> bool:
    """From here on it is read there. False where it has gone, or another run has switched it."""
    now = timezone.now()
    same = Blob.objects.filter(pk=blob.pk, store=OTHER[to])
    return bool(
        same.update(
            store=to, moved_at=now, verified_at=now, quarantined_at=None, sha256=blob.sha256
        )
    )


def delete_originals(*, to: str, grace: timedelta = GRACE, dry_run: bool = False) -> Moved:
    """Delete what was moved to the store from the other one, once nobody can be reading it.

    Each copy is read once more before its original goes: not even a store that has lost something
    since takes it with it.
    """
    moved = Moved()
    done = Blob.objects.filter(store=to, moved_at__lt=timezone.now() - grace)
    source = store_named(OTHER[to])
    for blob in done.order_by("pk").iterator(chunk_size=BATCH):
        if not source.exists(blob.key):
            continue
        if not _is_right(blob, to):
            logger.error("original kept blob id=%s key=%s", blob.pk, blob.key)
            moved.troubles += 1
            continue
        if not dry_run:
            source.delete(blob.key)
        moved.deleted += 1
        moved.bytes += blob.size
    return moved
