"""Previews asked for, made and opened. Whatever is made can be thrown away and made again."""

import logging
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from files.blobs import open_blob, require_whole
from files.errors import QuarantineError
from files.models import Blob, Node, Preview
from files.previews import sandbox
from files.previews.errors import RenderError
from files.previews.registry import kind_of
from files.previews.tasks import enqueue_preview
from files.stores import store_named

logger = logging.getLogger(__name__)

# A request older than this was lost with its worker: it is made again.
LOST_AFTER = timedelta(minutes=5)
MAX_SOURCE = 2 * 1024**3


def has_thumbnail(media_type: str) -> bool:
    return kind_of(media_type).thumbnail


def request_preview(*, blob: Blob, variant: str, name: str = "") -> Preview:
    """Return the preview as it is; the first request, and one after a loss, has it made.

    `name` helps to tell the language of source code. One that failed stays failed: the blob
    never changes, so that the next attempt would fail like the first.
    """
    preview = Preview.objects.filter(blob=blob, variant=variant).first()
    if preview is not None and not _is_lost(preview):
        # Nearly every look ends here, without a transaction: SQLite lets in one at a time.
        return preview
    return _enter_preview(blob=blob, variant=variant, name=name)


def _is_lost(preview: Preview) -> bool:
    late = timezone.now() - LOST_AFTER
    return preview.state == Preview.State.PENDING and preview.requested_at < late


@transaction.atomic
def _enter_preview(*, blob: Blob, variant: str, name: str) -> Preview:
    preview, new = Preview.objects.get_or_create(
        blob=blob, variant=variant, defaults={"details": {"name": name}}
    )
    now = timezone.now()
    lost = Preview.objects.filter(
        pk=preview.pk, state=Preview.State.PENDING, requested_at__lt=now - LOST_AFTER
    )
    # Of several that see it lost, the one whose update counts has it made.
    if new or lost.update(requested_at=now):
        transaction.on_commit(lambda: enqueue_preview(preview.pk))
    return preview


def make_preview(*, preview_id: UUID) -> None:
    """Make one preview. Harmless to repeat, to run twice at once, and to be killed within."""
    preview = Preview.objects.select_related("blob").filter(pk=preview_id).first()
    if preview is None or preview.state != Preview.State.PENDING:
        return
    try:
        changes = _render(preview)
    except RenderError as error:
        changes = {"state": Preview.State.FAILED, "error": error.code}
    mine = 0
    try:
        mine = Preview.objects.filter(pk=preview_id, state=Preview.State.PENDING).update(**changes)
    finally:
        if not mine and changes.get("key"):
            # Another worker was faster, the blob has gone meanwhile, or the database has.
            default_storage.delete(changes["key"])
    logger.info(
        "preview id=%s variant=%s state=%s error=%s",
        preview_id,
        preview.variant,
        changes["state"],
        changes.get("error", ""),
    )


def _render(preview: Preview) -> dict[str, Any]:
    blob = preview.blob
    kind = kind_of(blob.media_type)
    if not kind.rendered:
        raise RenderError("unsupported")
    with _local_copy(blob) as source, tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        made = sandbox.run(
            kind=f"files.previews.{kind.name}",
            source=source,
            out=out,
            variant=preview.variant,
            name=preview.details.get("name", ""),
            seconds=settings.FILES_PREVIEW_SECONDS,
            memory=settings.FILES_PREVIEW_MEMORY,
        )
        key = ""
        if made["file"]:
            with (out / Path(made["file"]).name).open("rb") as file:
                key = f"previews/{blob.owner_id}/{secrets.token_hex(16)}"
                key = default_storage.save(key, File(file))
    return {
        "state": Preview.State.READY,
        "key": key,
        "media_type": made["media_type"],
        # With the name still in it, should it have to be made again.
        "details": preview.details | made["details"],
    }


@contextmanager
def _local_copy(blob: Blob) -> Iterator[Path]:
    """Give the blob as a local file: the stored one, or a copy of what lies elsewhere."""
    if blob.size > MAX_SOURCE:
        raise RenderError("too_big")
    try:
        require_whole(blob)
        yield Path(store_named(blob.store).path(blob.key))
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy, open_blob(blob) as stored:
            shutil.copyfileobj(stored, copy)
            copy.flush()
            yield Path(copy.name)
    except QuarantineError:
        raise RenderError("failed") from None


def thumbnails_for(nodes: Sequence[Node]) -> dict[UUID, Preview]:
    """Return the thumbnails that are ready, by the id of the node; one query."""
    blobs = {node.content_id: node.pk for node in nodes if node.content_id}
    ready = Preview.objects.filter(
        blob__in=list(blobs), variant="thumbnail", state=Preview.State.READY
    )
    by_blob = {preview.blob_id: preview for preview in ready}
    return {node.pk: by_blob[node.content_id] for node in nodes if node.content_id in by_blob}


def open_preview(preview: Preview) -> IO[Any]:
    """Open what was made. Raises Preview.DoesNotExist where it is gone, and has it made again."""
    try:
        return default_storage.open(preview.key, "rb")
    except FileNotFoundError:
        _make_again(preview)
        raise Preview.DoesNotExist from None


@transaction.atomic
def _make_again(preview: Preview) -> None:
    same = Preview.objects.filter(pk=preview.pk, state=Preview.State.READY, key=preview.key)
    now = timezone.now()
    if same.update(state=Preview.State.PENDING, key="", media_type="", requested_at=now):
        transaction.on_commit(lambda: enqueue_preview(preview.pk))
