"""Parts: where they are to be sent, and what happens to those that pass through us."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from files.blobs import Readable
from files.errors import (
    IncompleteError,
    SignatureError,
    UploadBusyError,
    UploadError,
    UploadGoneError,
)
from files.models import Upload
from files.uploads.create import SHA256
from files.uploads.part_stores import Signed
from files.uploads.plan import Part, kept_until, part_of
from files.uploads.registry import part_store

SALT = "files.uploads.part"
# Parts that are signed at once.
MAX_SIGNED = 1000
HOUR = timedelta(hours=1)


def sign_parts(*, upload: Upload, wanted: Sequence[tuple[int, str]]) -> list[Signed]:
    """Return an address for each part; whoever has it may put these bytes there, for a while.

    `wanted` are numbers, each with the SHA-256 that the part will have, or "". Raises UploadError,
    UploadBusyError, UploadGoneError or StoreUnavailableError.
    """
    _require_open(upload)
    if len(wanted) > MAX_SIGNED:
        raise UploadError(
            _("Ask for at most %(most)s parts at once.") % {"most": intcomma(MAX_SIGNED)}
        )
    parts = [(_part(upload, number), _digest(sha256)) for number, sha256 in wanted]
    _prolong(upload)
    store = part_store(upload.store)
    if store.direct:
        return store.sign(upload, parts)
    return [Signed(part.number, _address(upload, part, sha256), {}) for part, sha256 in parts]


def receive_part(*, token: str, stream: Readable, length: int) -> str:
    """Keep a part that is put to an address of ours, and return its ETag.

    The token is all the authority that its sender needs. Raises SignatureError, IncompleteError
    and what PartStore.receive raises. Call it outside of a transaction.
    """
    upload_id, number, sha256 = _read_token(token)
    # Signatures end with the account of whom they were made for.
    active = Q(owner__is_active=True) & (Q(sender=None) | Q(sender__is_active=True))
    upload = Upload.objects.filter(active, pk=upload_id).first()
    if upload is None:
        raise UploadGoneError(_("This upload is not there any more. Start it again."))
    _require_open(upload)
    part = _part(upload, number)
    if length != part.length:
        raise IncompleteError(
            _("Part %(number)s has %(size)s bytes, not %(wanted)s.")
            % {"number": number, "size": intcomma(part.length), "wanted": intcomma(length)}
        )
    return part_store(upload.store).receive(upload, part, stream, sha256)


def _require_open(upload: Upload) -> None:
    if upload.state == Upload.State.COMPLETING:
        raise UploadBusyError(_("All of it has arrived, and is being put together."))
    if upload.state != Upload.State.OPEN or upload.expires_at < timezone.now():
        raise UploadGoneError(_("This upload is over. Start it again."))


def _part(upload: Upload, number: int) -> Part:
    try:
        return part_of(upload, number)
    except ValueError:
        raise UploadError(_("This upload has no part %(number)s.") % {"number": number}) from None


def _digest(sha256: str) -> str:
    if sha256 and not SHA256.fullmatch(sha256):
        raise UploadError(_("A SHA-256 is 64 hexadecimal digits, in lower case."))
    return sha256


def _prolong(upload: Upload) -> None:
    """Count the time from the last sign of life; written down at most once an hour."""
    until = kept_until(by_guest=upload.file_request_id is not None)
    if until - upload.expires_at > HOUR:
        Upload.objects.filter(pk=upload.pk).update(expires_at=until)


def _address(upload: Upload, part: Part, sha256: str) -> str:
    token = signing.dumps([upload.pk.hex, part.number, sha256], salt=SALT)
    return reverse("files:upload_part", args=[token])


def _read_token(token: str) -> tuple[UUID, int, str]:
    try:
        upload_id, number, sha256 = signing.loads(
            token, salt=SALT, max_age=settings.FILES_PART_SECONDS
        )
        return UUID(upload_id), number, sha256
    except signing.BadSignature:
        raise SignatureError(_("This address has had its time. Ask for a new one.")) from None
