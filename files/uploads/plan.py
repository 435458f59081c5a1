"""Into which parts a file is cut."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import gettext as _

from files.errors import TooLargeError, UploadError
from files.models import Upload

# S3's own limit.
MAX_PARTS = 10_000
MEGABYTE = 1024**2
KEY = re.compile(r"[\x21-\x7e]{1,64}")


@dataclass(frozen=True)
class Part:
    """Bytes `offset` to `offset + length - 1` of the file. Numbers count from 1."""

    number: int
    offset: int
    length: int


def require_size(size: int) -> None:
    """Raise TooLargeError for more than any file may have."""
    if size > settings.FILES_MAX_SIZE:
        raise TooLargeError(
            _("Files may have at most %(limit)s bytes.")
            % {"limit": intcomma(settings.FILES_MAX_SIZE)}
        )


def require_key(key: str) -> None:
    """Raise UploadError for what is no key of an upload."""
    if not KEY.fullmatch(key):
        raise UploadError(_("Send a key of 1 to 64 plain characters, another for each upload."))


def kept_until(*, by_guest: bool) -> datetime:
    """Return until when an upload is waited for that shows a sign of life now.

    Guests cannot come back to theirs on another day: what they leave must not hold space for long.
    """
    if by_guest:
        return timezone.now() + timedelta(hours=settings.FILES_REQUEST_HOURS)
    return timezone.now() + timedelta(days=settings.FILES_UPLOAD_DAYS)


def part_size_for(size: int) -> int:
    """Return how many bytes each part but the last has: FILES_PART_SIZE, more for the largest."""
    if size <= settings.FILES_PART_SIZE * MAX_PARTS:
        return int(settings.FILES_PART_SIZE)
    return -(-size // (MAX_PARTS * MEGABYTE)) * MEGABYTE


def part_count(upload: Upload) -> int:
    """Return of how many parts an upload consists. An empty file has one, empty."""
    return max(1, -(-upload.size // upload.part_size))


def part_of(upload: Upload, number: int) -> Part:
    """Return where a part lies. Raises ValueError for a number that the upload does not have."""
    if not 1 <= number <= part_count(upload):
        raise ValueError(number)
    offset = (number - 1) * upload.part_size
    return Part(number, offset, min(upload.part_size, upload.size - offset))


def missing_parts(upload: Upload, arrived: Collection[int]) -> list[int]:
    return [number for number in range(1, part_count(upload) + 1) if number not in arrived]
