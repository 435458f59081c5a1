"""How an upload stands, in plain words and numbers for scripts."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from files.models import Upload, UploadPart
from files.uploads.part_stores import Arrived
from files.uploads.plan import part_count
from files.uploads.registry import part_store

# What a page can show; whoever has more under way finishes some first.
MAX_LISTED = 500


def _plain(upload: Upload) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "state": upload.state,
        "store": upload.store,
        "size": upload.size,
        "part_size": upload.part_size,
        "parts": part_count(upload),
        "parallel": settings.FILES_PARALLEL_PARTS,
        "expires_at": upload.expires_at.isoformat(),
        "path": "/".join(upload.path),
        # Of a new version the file alone is told: where that lies may be nothing to its editor.
        "folder": "" if upload.target_id else str(upload.folder_id),
        "target": str(upload.target_id or ""),
        "key": upload.idempotency_key.rpartition(":")[2],
    }


def describe_upload(upload: Upload) -> dict[str, Any]:
    """Return the upload with the parts that have arrived; the store itself is asked for these."""
    arrived = _arrived(upload) if upload.state == Upload.State.OPEN else []
    return _plain(upload) | {
        "arrived": [
            {"number": part.number, "etag": part.etag, "size": part.size} for part in arrived
        ]
    }


def _arrived(upload: Upload) -> list[Arrived]:
    return part_store(upload.store).arrived(upload)


def list_uploads(*, user: AbstractBaseUser) -> list[dict[str, Any]]:
    """Return what the person is sending, the newest first. Two queries, no call of the store."""
    uploads = Upload.objects.sent_by(user).under_way().order_by("-created_at", "pk")[:MAX_LISTED]
    listed = {upload.pk: _plain(upload) for upload in uploads}
    parts = UploadPart.objects.filter(upload__in=list(listed)).order_by("number")
    arrived: dict[Any, list[int]] = {pk: [] for pk in listed}
    for upload_id, number in parts.values_list("upload_id", "number"):
        arrived[upload_id].append(number)
    return [plain | {"arrived": arrived[pk]} for pk, plain in listed.items()]
