"""What uploads have left in a store without a row: a process died between the two."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import batched
from uuid import UUID

from django.utils import timezone

from files.models import Upload
from files.stores import configured_stores
from files.uploads.part_stores import Stray
from files.uploads.registry import part_store

logger = logging.getLogger(__name__)

# A row comes moments after its room in the store; a day is far beyond that.
AGE = timedelta(days=1)
BATCH = 500


def clear_strays(*, now: datetime | None = None) -> int:
    """Delete room in the stores that no upload under way has. Returns how many pieces that was.

    Memory is bounded by a batch, whatever the stores hold.
    """
    cleared = 0
    for name in configured_stores():
        store = part_store(name)
        for stray in _unknown(store.strays((now or timezone.now()) - AGE)):
            store.clear(stray)
            cleared += 1
    logger.info("strays cleared=%d", cleared)
    return cleared


def _unknown(strays: Iterator[Stray]) -> Iterator[Stray]:
    for batch in batched(strays, BATCH):
        by_id = {_upload_id(stray): stray for stray in batch}
        known = Upload.objects.under_way().filter(pk__in=[pk for pk in by_id if pk])
        for pk in known.values_list("pk", flat=True):
            del by_id[pk]
        yield from by_id.values()


def _upload_id(stray: Stray) -> UUID | None:
    """Return the upload that its key is made for; None for what is no key of ours."""
    try:
        return UUID(hex=stray.key.rpartition("/")[2])
    except ValueError:
        return None
