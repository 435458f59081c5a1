"""Blobs: bytes in, digest out; stored before any row names them."""

import errno
import hashlib
import logging
import secrets
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any, Protocol

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.files.base import File
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from files.errors import IncompleteError, QuarantineError, TooLargeError
from files.models import Blob, Version
from files.sniffing import sniff
from files.storage import BLOBS, plain_disk_errors
from files.stores import current_store, store_named

logger = logging.getLogger(__name__)

HEAD = 64 * 1024
CHUNK = 1024 * 1024
NAMED = Exists(Version.objects.filter(blob=OuterRef("pk")))


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class OverlappedDigest:
    """SHA-256 in a thread of its own: while one chunk is digested, the one before is written.

    hashlib lets go of the interpreter meanwhile. What fits into one chunk is not worth a thread.
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._thread: ThreadPoolExecutor | None = None
        self._running: Future[None] | None = None

    def update(self, chunk: bytes) -> None:
        self._wait()
        if len(chunk) < CHUNK:
            self._digest.update(chunk)
            return
        self._thread = self._thread or ThreadPoolExecutor(1, "digest")
        self._running = self._thread.submit(self._digest.update, chunk)

    def hexdigest(self) -> str:
        self._wait()
        return self._digest.hexdigest()

    def close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown()

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()
            self._running = None


class DigestingFile(File[bytes]):
    """A stream that counts and digests what is read through it, and keeps the first bytes.

    Reading past `limit` bytes raises TooLargeError; ending short of, or going past, `expected`
    raises IncompleteError. Both reach the storage as a failed read, so that nothing is stored.
    """

    def __init__(self, stream: Readable, *, expected: int | None, limit: int) -> None:
        super().__init__(None)
        self.stream = stream
        self.expected = expected
        self.limit = limit
        self.length = 0
        self.head = b""
        self._digest = OverlappedDigest()

    def read(self, size: int = -1, /) -> bytes:
        chunk = self.stream.read(size)
        self.length += len(chunk)
        if self.length > self.limit:
            raise TooLargeError(
                _("Files may have at most %(limit)s bytes.") % {"limit": intcomma(self.limit)}
            )
        if self.expected is not None and (
            self.length > self.expected or (not chunk and self.length < self.expected)
        ):
            raise IncompleteError(_("The upload broke off before the end. Try it again."))
        self._digest.update(chunk)
        if len(self.head) < HEAD:
            self.head += chunk[: HEAD - len(self.head)]
        return chunk

    def seek(self, offset: int, whence: int = 0, /) -> int:
        # Storages rewind before they read; there is nothing else to go back to.
        if offset == 0 and whence == 0 and self.length == 0:
            return 0
        raise OSError(errno.ESPIPE, "A stream cannot be read twice")

    def tell(self) -> int:
        return self.length

    def seekable(self) -> bool:
        return False

    def readable(self) -> bool:
        return True

    @property
    def closed(self) -> bool:
        return False

    def end(self) -> None:
        """Let go of the thread. `close` is what storages call, and streams are not theirs."""
        self._digest.close()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def store_bytes(
    *, owner: AbstractBaseUser, stream: Readable, name: str, expected: int | None, limit: int
) -> Blob:
    """Store what `stream` gives and return a row for it, not saved yet. No transaction is open.

    `name` only helps to tell one kind of text from another. Raises TooLargeError,
    IncompleteError, StorageFullError or StoreUnavailableError; nothing is stored then. Whoever
    does not save the row calls `discard_bytes`.
    """
    if expected is not None and expected > limit:
        raise TooLargeError(
            _("Files may have at most %(limit)s bytes.") % {"limit": intcomma(limit)}
        )
    store = current_store()
    content = DigestingFile(stream, expected=expected, limit=limit)
    try:
        with plain_disk_errors():
            key = store_named(store).save(f"{BLOBS}/{owner.pk}/{secrets.token_hex(16)}", content)
    finally:
        content.end()
    return Blob(
        owner_id=owner.pk,
        store=store,
        key=key,
        size=content.length,
        sha256=content.sha256,
        media_type=sniff(content.head, size=content.length, name=name),
    )


def discard_bytes(blob: Blob) -> None:
    """Delete what is stored for a row that was not saved, or is not there any more."""
    store_named(blob.store).delete(blob.key)


def require_whole(blob: Blob) -> None:
    """Raise QuarantineError for bytes that were found not to be what was stored."""
    if blob.quarantined_at is not None:
        raise QuarantineError


def open_blob(blob: Blob) -> IO[Any]:
    """Open the stored bytes for reading. Raises QuarantineError for what is damaged or missing.

    A blob that has moved to the other store since its row was read is opened there.
    """
    require_whole(blob)
    try:
        return store_named(blob.store).open(blob.key, "rb")
    except FileNotFoundError:
        now = Blob.objects.filter(pk=blob.pk).first()
        if now is None or now.store == blob.store:
            logger.exception("missing object store=%s key=%s", blob.store, blob.key)
            raise QuarantineError from None
        return store_named(now.store).open(now.key, "rb")


def read_blob(blob: Blob) -> Iterator[bytes]:
    """Yield the stored bytes in chunks; opened when the first is asked for."""
    yield from read_chunks(open_blob(blob))


def read_chunks(file: IO[Any]) -> Iterator[bytes]:
    """Yield what a file holds, and close it."""
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def discard_blob(blob: Blob) -> None:
    """Delete a blob that nothing came to name: what a refused upload had stored.

    One that a version names is left alone: where the answer to a COMMIT was lost, the upload may
    have succeeded after all.
    """
    if Blob.objects.filter(~NAMED, pk=blob.pk).delete()[0]:
        store_named(blob.store).delete(blob.key)
