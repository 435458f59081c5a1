"""How much a file request still takes: looked at before a byte comes, decided under its row.

What guests have under way is reserved in the owner's space, whether or not it ever comes. So it has
bounds of its own, beside what may come in all.
"""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from files.errors import ShareError, TooLargeError, UploadLimitError
from files.models import FileRequest, Upload
from files.sizes import filesize

BUSY = gettext_lazy(
    "Too much is on its way by this link already. Try again once other files have arrived, or tell "
    "whoever asked you."
)


@dataclass(frozen=True)
class UnderWay:
    """What guests have begun to send in parts by one request."""

    uploads: int
    # Their whole sizes.
    bytes: int


def largest(request: FileRequest) -> int:
    """Return how many bytes one file may have."""
    return min(settings.FILES_MAX_SIZE, request.max_file_bytes or settings.FILES_MAX_SIZE)


def most_under_way(request: FileRequest) -> int:
    """Return how many bytes guests may have under way: a file as large as the owner allows fits."""
    return max(settings.FILES_REQUEST_OPEN_BYTES, request.max_file_bytes or 0)


def under_way(request: FileRequest) -> UnderWay:
    rows = Upload.objects.under_way().filter(file_request=request)
    found = rows.aggregate(uploads=Count("pk"), bytes=Sum("size", default=0))
    return UnderWay(uploads=found["uploads"], bytes=found["bytes"])


def refuse_what_does_not_fit(request: FileRequest, size: int) -> None:
    """Raise TooLargeError or ShareError for a file of that size beside what has come."""
    _refuse_larger(size, largest(request))
    _refuse_beside(request, size, UnderWay(0, 0))


def refuse_to_reserve(request: FileRequest, size: int) -> None:
    """Raise as the above also for what is under way; UploadLimitError where that is too much."""
    _refuse_larger(size, min(largest(request), most_under_way(request)))
    coming = under_way(request)
    _refuse_beside(request, size, coming)
    crowded = coming.uploads >= settings.FILES_REQUEST_UPLOADS
    if crowded or coming.bytes + size > most_under_way(request):
        raise UploadLimitError(str(BUSY))


def _refuse_larger(size: int, most: int) -> None:
    if size > most:
        raise TooLargeError(_("A file may have at most %(most)s here.") % {"most": filesize(most)})


def _refuse_beside(request: FileRequest, size: int, coming: UnderWay) -> None:
    files = request.files + coming.uploads
    if request.max_files is not None and files >= request.max_files:
        raise ShareError(_("All files that were asked for have come, or are on their way."))
    left = max(0, request.most_bytes - request.bytes - coming.bytes)
    if size > left:
        raise ShareError(
            _("There is room for %(left)s more, and this is larger.") % {"left": filesize(left)}
        )


def reserve_room(request: FileRequest, size: int) -> None:
    """Decide on an upload in the transaction that begins it: of many at once, as many as fit.

    Raises what `refuse_to_reserve` raises, and ShareError where the request has ended.
    """
    refuse_to_reserve(_held(request), size)


def count_received(request: FileRequest, size: int) -> None:
    """Count a file, in the transaction that makes it: of many for the last place one gets it.

    Raises what `refuse_what_does_not_fit` raises, and ShareError where the request has ended.
    """
    held = _held(request)
    refuse_what_does_not_fit(held, size)
    FileRequest.objects.filter(pk=held.pk).update(
        files=F("files") + 1, bytes=F("bytes") + size, last_file_at=timezone.now()
    )


def _held(request: FileRequest) -> FileRequest:
    """Hold the request's row. The locks of the tree and of the vault come before this one."""
    held = FileRequest.objects.select_for_update().get(pk=request.pk)
    if not FileRequest.objects.unended().filter(pk=held.pk).exists():
        raise ShareError(_("This request has ended meanwhile."))
    return held
