"""The end of an upload in parts: whole, durable, digested, and only then a file."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from files.activity import SITE, Act
from files.blobs import discard_blob
from files.conflicts import Conflict
from files.errors import (
    DamagedError,
    FilesError,
    MissingPartsError,
    StoreUnavailableError,
    UploadBusyError,
    UploadGoneError,
)
from files.models import Blob, Node, Upload
from files.sniffing import sniff
from files.tree import lock_tree
from files.uploads.abort import abort_upload
from files.uploads.finish import place_blob, place_version
from files.uploads.part_stores import Whole
from files.uploads.plan import missing_parts, part_count
from files.uploads.registry import part_store
from files.uploads.tasks import enqueue_completion, enqueue_digest

logger = logging.getLogger(__name__)

OPEN, COMPLETING, DONE = Upload.State.OPEN, Upload.State.COMPLETING, Upload.State.DONE


@dataclass(frozen=True)
class Completed:
    """`pending`: somebody is at it, ask again. Else a file, or none where SKIP found one there."""

    node: Node | None = None
    pending: bool = False


def complete_upload(
    *,
    upload: Upload,
    conflict: Conflict | None = None,
    in_request: bool = True,
    act: Act = SITE,
) -> Completed:
    """Make a file of the parts. Asked again, it gives the same file, or goes on where it broke off.

    `conflict` overrides what was said at the beginning. A large file is handed to the worker, if
    `in_request`. Raises MissingPartsError, NameTakenError (ask again with another `conflict`; no
    byte is sent again), UploadGoneError, DamagedError, QuotaError, Node.DoesNotExist where the
    folder has been deleted, or StoreUnavailableError. Call it outside of a transaction.
    """
    if upload.state == DONE:
        return Completed(node=upload.node)
    large = in_request and _takes_long(upload)
    if upload.state == OPEN:
        _close(upload, hand_over=large)
    if conflict is not None:
        upload.conflict = conflict
        Upload.objects.filter(pk=upload.pk).update(conflict=conflict)
    whole = None
    if upload.blob_id is None:
        if large:
            return Completed(pending=True)
        try:
            whole = _assemble(upload)
        except (UploadBusyError, UploadGoneError) as error:
            # Another request was at it, or was just done with it.
            upload.refresh_from_db()
            if upload.state == DONE:
                return Completed(node=upload.node)
            if isinstance(error, UploadGoneError):
                raise
            return Completed(pending=True)
    completed = _place(upload, whole, act)
    _tidy(upload)
    return completed


def _tidy(upload: Upload) -> None:
    """The file is there, whatever becomes of what is left beside it: the daily job takes that."""
    try:
        part_store(upload.store).tidy(upload)
    except StoreUnavailableError:
        logger.warning("upload done id=%s, its draft is still in the store", upload.pk)


def _close(upload: Upload, *, hand_over: bool) -> None:
    """Take no more parts, if all are there. The worker is told once, whoever asks how often."""
    arrived = {part.number for part in part_store(upload.store).arrived(upload)}
    if missing := missing_parts(upload, arrived):
        raise MissingPartsError(missing)
    with transaction.atomic():
        mine = Upload.objects.filter(pk=upload.pk, state=OPEN).update(state=COMPLETING)
        if mine and hand_over:
            enqueue_completion(upload.pk)


def _takes_long(upload: Upload) -> bool:
    """Whether so much is to be read again that a request could run into a time-out."""
    rereads = part_store(upload.store).rereads and part_count(upload) > 1
    return rereads and upload.size > settings.FILES_COMPLETE_SIZE


def _assemble(upload: Upload) -> Whole:
    try:
        whole = part_store(upload.store).assemble(upload)
    except MissingPartsError:
        # One was being sent again at that moment: it may still come.
        Upload.objects.filter(pk=upload.pk, state=COMPLETING).update(state=OPEN)
        raise
    if upload.sha256 and whole.sha256 and upload.sha256 != whole.sha256:
        abort_upload(upload=upload)
        raise DamagedError(_("What arrived is not what was announced. Send the file again."))
    return whole


def _place(asked: Upload, whole: Whole | None, act: Act) -> Completed:
    """Make the file, once. What is refused for its name keeps its bytes for another try."""
    refusal: Exception | None = None
    with transaction.atomic():
        upload = _locked(asked)
        if upload.state == DONE:
            return Completed(node=upload.node)
        blob = upload.blob or _enter_blob(upload, whole)
        try:
            node = _make_file(upload, blob, act)
        except (FilesError, Node.DoesNotExist) as error:
            refusal = error
    if refusal is not None:
        raise refusal
    if node is None:
        discard_blob(blob)
    logger.info("upload done id=%s store=%s size=%d", upload.pk, upload.store, upload.size)
    return Completed(node=node)


def _locked(asked: Upload) -> Upload:
    # The tree first, always: who purges a folder holds the tree, and deletes its uploads.
    lock_tree(asked.owner_id)
    uploads = Upload.objects.select_related("blob", "folder", "target", "node__content")
    upload = uploads.select_for_update(of=("self",)).filter(pk=asked.pk).first()
    if upload is None or upload.state == Upload.State.ABORTED:
        raise UploadGoneError(_("This upload was given up meanwhile."))
    return upload


def _enter_blob(upload: Upload, whole: Whole | None) -> Blob:
    if whole is None:
        raise UploadGoneError(_("What had arrived of it is gone. Start it again."))
    blob = Blob.objects.create(
        owner_id=upload.owner_id,
        store=upload.store,
        key=upload.key,
        size=upload.size,
        sha256=whole.sha256,
        media_type=sniff(whole.head, size=upload.size, name=upload.path[-1]),
    )
    Upload.objects.filter(pk=upload.pk).update(blob=blob)
    if not blob.sha256:
        transaction.on_commit(lambda: enqueue_digest(blob.pk))
    return blob


@transaction.atomic
def _make_file(upload: Upload, blob: Blob, act: Act) -> Node | None:
    # First: its reservation ends where the file begins to count.
    Upload.objects.filter(pk=upload.pk).update(state=DONE, blob=None)
    node = _put(upload, blob, act)
    if node is not None:
        Upload.objects.filter(pk=upload.pk).update(node=node)
    return node


def _put(upload: Upload, blob: Blob, act: Act) -> Node | None:
    if upload.target is not None:
        return place_version(node=upload.target, blob=blob, act=act)
    *folders, name = upload.path
    return place_blob(
        folder=upload.folder,
        folders=folders,
        name=name,
        blob=blob,
        conflict=Conflict(upload.conflict),
        act=act,
    )
