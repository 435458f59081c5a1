"""What a download answers with: RFC 9110 ranges and conditions, RFC 6266 names."""

import re
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import quote

from django.conf import settings

from files.blobs import open_blob
from files.models import Blob
from files.object_storage import VaultS3Storage
from files.stores import S3, store_named

RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})", re.ASCII)


class UnsatisfiableRangeError(Exception):
    """416: the range starts behind the end."""


@dataclass(frozen=True)
class Span:
    """Bytes `start` to `stop - 1` of `size`."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    @property
    def is_whole(self) -> bool:
        return self.length == self.size

    @property
    def content_range(self) -> str:
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def etag_of(blob: Blob) -> str:
    """A strong validator: the digest, quoted; the blob's own name until the digest is known."""
    return f'"{blob.sha256 or blob.pk.hex}"'


def span_for(*, header: str, if_range: str, blob: Blob) -> Span | None:
    """Return the one range that a request asks for; None for the whole.

    Several ranges, other units and nonsense are ignored, as RFC 9110, 14.2 allows; so is the
    range where If-Range names other content. Raises UnsatisfiableRangeError.
    """
    found = RANGE.fullmatch(header.replace(" ", ""))
    if found is None or (if_range and if_range != etag_of(blob)):
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if not first:
        if int(last) == 0:
            raise UnsatisfiableRangeError
        start, stop = max(0, blob.size - int(last)), blob.size
    else:
        start = int(first)
        stop = min(int(last) + 1, blob.size) if last else blob.size
        if last and int(last) < start:
            return None
    if start >= blob.size:
        raise UnsatisfiableRangeError
    return Span(start, stop, blob.size)


def content_disposition(*, kind: str, name: str) -> str:
    """Return RFC 6266: an ASCII name for old clients, the true one in RFC 8187 coding."""
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\%' else "_"
        for char in name
    )
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def direct_url(blob: Blob, *, kind: str, name: str, media_type: str) -> str:
    """Return an address for a short while, at the store itself; "" where bytes pass through us."""
    if blob.store != S3 or settings.S3_PROXY:
        return ""
    store = store_named(blob.store)
    assert isinstance(store, VaultS3Storage)  # noqa: S101  (for the type checker)
    disposition = content_disposition(kind=kind, name=name)
    return store.signed_url(blob.key, disposition=disposition, media_type=media_type)


class BoundedFile:
    """The bytes of a span. With `fileno` at the right place, so that gunicorn can sendfile it."""

    def __init__(self, file: IO[Any], length: int) -> None:
        self.file = file
        self.left = length
        if hasattr(file, "fileno"):
            self.fileno = file.fileno

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self.left:
            size = self.left
        data: bytes = self.file.read(size)
        self.left -= len(data)
        return data

    def close(self) -> None:
        self.file.close()


def open_span(blob: Blob, span: Span) -> BoundedFile:
    """Open the blob at the start of the span."""
    file = open_blob(blob)
    file.seek(span.start)
    return BoundedFile(file, span.length)
