"""How much a file request still takes: looked at before a byte comes, decided under its row."""

from django.conf import settings
from django.db.models import F, Sum
from django.utils import timezone

from files.errors import ShareError, TooLargeError
from files.models import FileRequest, Upload
from files.sizes import filesize


def largest(request: FileRequest) -> int:
    """Return how many bytes one file may have."""
    return min(settings.FILES_MAX_SIZE, request.max_file_bytes or settings.FILES_MAX_SIZE)


def refuse_what_does_not_fit(request: FileRequest, size: int, *, under_way: bool = False) -> None:
    """Raise TooLargeError or ShareError for a file of that size; `under_way` counts others' too."""
    if size > largest(request):
        raise TooLargeError(f"A file may have at most {filesize(largest(request))} here.")
    files, used = request.files, request.bytes
    if under_way:
        coming = Upload.objects.under_way().filter(file_request=request)
        files += coming.count()
        used += coming.aggregate(bytes=Sum("size"))["bytes"] or 0
    if request.max_files is not None and files >= request.max_files:
        raise ShareError("All files that were asked for have come, or are on their way.")
    if request.max_bytes is not None and used + size > request.max_bytes:
        left = max(0, request.max_bytes - used)
        raise ShareError(f"There is room for {filesize(left)} more, and this is larger.")


def count_received(request: FileRequest, size: int) -> None:
    """Count a file, in the transaction that makes it: of many for the last place one gets it.

    Raises what `refuse_what_does_not_fit` raises, and ShareError where the request has ended.
    """
    held = FileRequest.objects.select_for_update().get(pk=request.pk)
    refuse_what_does_not_fit(held, size)
    if not FileRequest.objects.unended().filter(pk=held.pk).exists():
        raise ShareError("This request has ended meanwhile.")
    FileRequest.objects.filter(pk=held.pk).update(
        files=F("files") + 1, bytes=F("bytes") + size, last_file_at=timezone.now()
    )
