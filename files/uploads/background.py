"""What the worker does for uploads. Every one may run twice, late, or be killed within."""

import logging
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop

from files.activity import Act
from files.errors import DamagedError, FilesError, StoreUnavailableError
from files.integrity import verify_blob
from files.models import Blob, Node, Upload
from files.uploads.complete import complete_upload
from notifications.events import notify

logger = logging.getLogger(__name__)

REASON = gettext_noop("What arrived is not what was announced.")


def finish_upload(*, upload_id: UUID) -> None:
    """Complete a large upload. What its sender must decide waits for them to ask again."""
    uploads = Upload.objects.under_way().select_related("owner", "sender", "file_request")
    upload = uploads.filter(pk=upload_id).first()
    if upload is None:
        return
    try:
        complete_upload(upload=upload, in_request=False, act=_act_of(upload))
    except StoreUnavailableError:
        # The worker tries again, later and later.
        raise
    except DamagedError:
        _tell(upload)
    except (FilesError, Node.DoesNotExist) as error:
        logger.info("upload id=%s waits: %s", upload_id, error)


def _act_of(upload: Upload) -> Act:
    if upload.file_request is not None:
        return Act(guest=upload.guest, request=upload.file_request)
    return Act(actor=upload.sender or upload.owner)


def _tell(upload: Upload) -> None:
    """Its sender was told to wait, and may not be there any more to ask."""
    notify(
        kind="upload_failed",
        to=upload.sender or upload.owner,
        context={"name": upload.path[-1], "reason": REASON},
        url=reverse("files:folder", args=[upload.folder_id]),
        key=f"upload_failed:{upload.pk}",
    )


def digest_blob(*, blob_id: UUID) -> None:
    """Read what came straight into the bucket once, and write down its digest."""
    blob = Blob.objects.filter(pk=blob_id, sha256="").first()
    if blob is not None:
        verify_blob(blob)
