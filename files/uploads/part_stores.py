"""What a store must be able to do with parts, and which one an upload goes to."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from files.blobs import CHUNK, Readable
from files.errors import DamagedError, IncompleteError
from files.models import Upload
from files.uploads.plan import Part


@dataclass(frozen=True)
class Arrived:
    """A part that the store has, whole and durable. The ETag is quoted, as in HTTP."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True)
class Whole:
    """What all parts together are: the first bytes, and the digest where it is known already."""

    head: bytes
    sha256: str


@dataclass(frozen=True)
class Signed:
    """Where a part is to be put, by whom ever knows the address, and with which headers."""

    number: int
    url: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Stray:
    """Room that was made for an upload to that key, by the store's own name."""

    key: str
    store_upload_id: str = ""


class PartStore(Protocol):
    # Whether senders talk to the store itself, by signed addresses.
    direct: bool
    # Whether assembling reads all of it once more.
    rereads: bool

    def begin(self, *, key: str, size: int, parts: int) -> str:
        """Make room for an upload, and return the store's own name for it."""

    def receive(self, upload: Upload, part: Part, stream: Readable, sha256: str) -> str:
        """Keep a part that passes through us, and return its ETag.

        `sha256` is what it must have, or "". Raises IncompleteError, DamagedError, UploadBusyError,
        UploadGoneError, StorageFullError or StoreUnavailableError; the part is missing then.
        """

    def sign(self, upload: Upload, parts: Sequence[tuple[Part, str]]) -> list[Signed]:
        """Return the addresses for parts of these digests, where the store is direct."""

    def arrived(self, upload: Upload) -> list[Arrived]:
        """Return the parts that are there, in order."""

    def assemble(self, upload: Upload) -> Whole:
        """Make the parts the object at the upload's key, durable. Harmless to repeat.

        Raises MissingPartsError, UploadBusyError while another request is at it, UploadGoneError,
        or StoreUnavailableError.
        """

    def tidy(self, upload: Upload) -> None:
        """Clear away what assembling left beside the object. Raises StoreUnavailableError."""

    def forget(self, upload: Upload) -> None:
        """Delete all that has arrived, and the object too, if it was assembled.

        Raises StoreUnavailableError.
        """

    def strays(self, before: datetime) -> Iterator[Stray]:
        """Yield what uploads begun before then have left in the store, known to us or not."""

    def clear(self, stray: Stray) -> None:
        """Delete it. Harmless to repeat."""


class Pieces:
    """The bytes of one part as they come in, digested on the way."""

    def __init__(self, stream: Readable, part: Part) -> None:
        self._stream = stream
        self._left = part.length
        self._digest = hashlib.sha256()

    def __iter__(self) -> Iterator[bytes]:
        """Raises IncompleteError where the stream ends early."""
        while self._left:
            piece = self._stream.read(min(CHUNK, self._left))
            if not piece:
                raise IncompleteError(_("The part broke off before its end. Send it again."))
            self._left -= len(piece)
            self._digest.update(piece)
            yield piece

    def sha256(self, *, expected: str) -> str:
        """Return the digest of all. Raises DamagedError where another was `expected`."""
        found = self._digest.hexdigest()
        if expected and found != expected:
            raise DamagedError(_("The part arrived damaged. Send it again."))
        return found
