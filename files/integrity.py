"""Whether stored bytes are still what they were: read, compared, and kept apart if not."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from files.blobs import CHUNK
from files.models import Blob, Node, Version
from files.stores import store_named
from notifications.events import notify

logger = logging.getLogger(__name__)

# Files of one damaged blob that their owner is told of by name.
NAMED_IN_NOTICES = 20


class Verdict(StrEnum):
    RIGHT = "right"
    # Its digest was not known yet; the size is what it should be.
    DIGESTED = "digested"
    DAMAGED = "damaged"
    MISSING = "missing"
    # Deleted by the sweeper while it was read.
    GONE = "gone"

    @property
    def is_trouble(self) -> bool:
        return self in {Verdict.DAMAGED, Verdict.MISSING}


@dataclass(frozen=True)
class Reading:
    """What a store gave: `size` in bytes, and the digest; none where there is no such object."""

    size: int
    sha256: str
    found: bool = True


def read_object(store: str, key: str, *, pace: Callable[[int], None] | None = None) -> Reading:
    """Read an object once. `pace` is called with the length of each piece that was read.

    Raises StoreUnavailableError or OSError where the store does not answer: that is no damage.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with store_named(store).open(key, "rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if pace is not None:
                    pace(len(chunk))
    except FileNotFoundError:
        return Reading(0, "", found=False)
    return Reading(size, digest.hexdigest())


def judge(blob: Blob, reading: Reading) -> Verdict:
    if not reading.found:
        return Verdict.MISSING
    if reading.size != blob.size or (blob.sha256 and reading.sha256 != blob.sha256):
        return Verdict.DAMAGED
    return Verdict.RIGHT if blob.sha256 else Verdict.DIGESTED


def verify_blob(blob: Blob, *, pace: Callable[[int], None] | None = None) -> Verdict:
    """Read a blob again and write down what was found. Harmless to repeat.

    A blob that is not what it was is quarantined, and its owner is told; one that has become right
    again, from a backup say, is let out. Where the digest was not known yet, it is from now on.
    """
    for _ in range(2):
        reading = read_object(blob.store, blob.key, pace=pace)
        now = Blob.objects.filter(pk=blob.pk).first()
        if now is None:
            return Verdict.GONE
        if now.store == blob.store:
            break
        # It moved to the other store while it was read.
        blob = now
    verdict = judge(blob, reading)
    _write_down(blob, verdict, reading)
    return verdict


@transaction.atomic
def _write_down(blob: Blob, verdict: Verdict, reading: Reading) -> None:
    same = Blob.objects.filter(pk=blob.pk, store=blob.store)
    now = timezone.now()
    if not verdict.is_trouble:
        same.update(verified_at=now, quarantined_at=None)
        same.filter(sha256="").update(sha256=reading.sha256)
        if blob.quarantined_at is not None:
            logger.warning("blob is right again id=%s key=%s", blob.pk, blob.key)
        return
    same.update(verified_at=now)
    if same.filter(quarantined_at=None).update(quarantined_at=now):
        logger.error("blob %s id=%s store=%s key=%s", verdict, blob.pk, blob.store, blob.key)
        _tell_owner(blob)


def _tell_owner(blob: Blob) -> None:
    """Tell of every file that holds it, now or in a version; once for each quarantine."""
    owner = get_user_model().objects.get(pk=blob.owner_id)
    versions = Version.objects.filter(blob=blob).values("node")
    nodes = Node.objects.filter(Q(content=blob) | Q(pk__in=versions)).order_by("trashed_at", "pk")
    for node in nodes[:NAMED_IN_NOTICES]:
        living = node.trashed_at is None
        notify(
            kind="integrity_trouble",
            to=owner,
            context={"name": node.name},
            url=reverse("files:versions", args=[node.pk]) if living else reverse("files:trash"),
        )


def tell_operators(*, damaged: int, missing: int, read: int) -> None:
    """Tell those who run the site what a scrub has newly found."""
    staff = get_user_model().objects.filter(is_active=True, is_staff=True)
    notify(
        kind="operators_integrity",
        to=staff,
        context={
            "count": damaged + missing,
            # For programs; people get the sentence of the kind, in their language.
            "summary": (
                f"Of {read:,} blobs that were read, {damaged:,} are not what was stored, and "
                f"{missing:,} are missing."
            ),
            "read": read,
            "damaged": damaged,
            "missing": missing,
        },
    )
