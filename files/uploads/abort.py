"""Uploads that are given up, by their senders or by time. Their space is free at once."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from files.errors import StoreUnavailableError
from files.models import FileRequest, Upload
from files.uploads.registry import part_store
from files.uploads.tasks import enqueue_completion

logger = logging.getLogger(__name__)

# For so long a key is known again after its upload was done.
DONE_IS_KEPT = timedelta(days=7)
BATCH = 100


def abort_upload(*, upload: Upload) -> bool:
    """Give an upload up: its space is free, what had arrived is deleted. False if it is done.

    Harmless to repeat. Where the store does not answer, the hourly job deletes the bytes later.
    """
    if not _mark(upload):
        return False
    try:
        _clear(upload)
    except StoreUnavailableError:
        logger.warning("upload aborted id=%s, its parts are still in the store", upload.pk)
    return True


@transaction.atomic
def _mark(upload: Upload) -> bool:
    found = Upload.objects.select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if found is None or found.state == Upload.State.DONE:
        return False
    # The key is free for another attempt at the same file.
    Upload.objects.filter(pk=upload.pk).update(
        state=Upload.State.ABORTED, idempotency_key=f"aborted:{upload.pk}"
    )
    return True


def give_up_by_request(request: FileRequest) -> int:
    """Give up all that guests have under way by a request; their space is free at once.

    Returns how many. The hourly job deletes the bytes. Call it with the tree locked, in the
    transaction that ends the request.
    """
    key = Concat(Value("aborted:"), Cast("pk", CharField()))
    mine = Upload.objects.under_way().filter(file_request=request)
    return mine.update(state=Upload.State.ABORTED, idempotency_key=key)


def _clear(upload: Upload) -> None:
    """Delete the bytes, then the rows: a row that is left says what is still to be deleted."""
    blob = Upload.objects.select_related("blob").get(pk=upload.pk).blob
    if blob is not None:
        blob.delete()
    part_store(upload.store).forget(upload)
    Upload.objects.filter(pk=upload.pk).delete()


def _remind(now: datetime) -> None:
    """Ask the worker again for what was to be put together and has not been."""
    waiting = Upload.objects.filter(state=Upload.State.COMPLETING, blob=None, expires_at__gte=now)
    for pk in waiting.values_list("pk", flat=True).iterator(chunk_size=BATCH):
        enqueue_completion(pk)


def expire_uploads(*, now: datetime | None = None) -> int:
    """Give up uploads whose time is over, and forget those done long ago. Returns how many."""
    now = now or timezone.now()
    expired = 0
    overdue = Upload.objects.under_way().filter(expires_at__lt=now).order_by("expires_at")
    while batch := list(overdue[:BATCH]):
        expired += sum(abort_upload(upload=upload) for upload in batch)
    for upload in Upload.objects.filter(state=Upload.State.ABORTED).iterator(chunk_size=BATCH):
        try:
            _clear(upload)
        except StoreUnavailableError:
            logger.warning("upload id=%s: the store still has its parts", upload.pk)
    _remind(now)
    done = Upload.objects.filter(state=Upload.State.DONE, created_at__lt=now - DONE_IS_KEPT)
    forgotten, _ = done.delete()
    logger.info("uploads expired=%d forgotten=%d", expired, forgotten)
    return expired
