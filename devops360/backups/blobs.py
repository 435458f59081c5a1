"""Blobs on their way out and back. They never change: what is there already is not copied."""

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import Storage

from devops360.backups.encryption import SUFFIX, decrypted, encrypted
from devops360.backups.errors import BackupError, UnreadableError
from files.blobs import DigestingFile, open_blob
from files.errors import FilesError, IncompleteError, QuarantineError, TooLargeError
from files.models import Blob
from files.stores import current_store, store_named

logger = logging.getLogger(__name__)

BATCH = 500
# Of the random end of a blob's key, in hexadecimal.
NAME_LENGTH = 32


@dataclass
class Tally:
    """What was done, in numbers."""

    copied: int = 0
    copied_bytes: int = 0
    there: int = 0
    # Keys of what could not be read, or came out different.
    lost: tuple[str, ...] = ()

    # Of people, in all their sizes.
    pictures: int = 0

    def lose(self, blob: Blob, reason: Exception | str) -> None:
        logger.error("blob lost", extra={"key": blob.key, "reason": reason_of(reason)})
        self.lost = (*self.lost, blob.key)


def reason_of(error: Exception | str) -> str:
    """Return an error's words; of those that are made for uploads, what they mean here."""
    if isinstance(error, (IncompleteError, TooLargeError)):
        return "its length is not what it was"
    if isinstance(error, QuarantineError):
        return "it is not there, or marked as damaged"
    return str(error)


class Content(DigestingFile):
    """What is read from the site; remembers if that failed, and not the backup's place."""

    broken: Exception | None = None

    def read(self, size: int = -1, /) -> bytes:
        try:
            return super().read(size)
        except Exception as error:
            self.broken = error
            raise


def place_of(name: str, *, is_encrypted: bool) -> str:
    """Return where in a backup the bytes of that name lie; a blob's is its key's random end."""
    return f"blobs/{name[:2]}/{name}{SUFFIX if is_encrypted else ''}"


def copy_out(destination: Storage, *, public_key: str, since: datetime | None) -> Tally:
    """Copy every blob made since then that is not there yet; all of them without a time.

    A blob that no version names any more may be gone already: the sweeper waits a day, and nothing
    misses it. One that is named and cannot be read is lost, and told. Raises BackupError where the
    destination does not take what it is given.
    """
    tally = Tally()
    blobs = Blob.objects.order_by("pk")
    if since is not None:
        blobs = blobs.filter(created_at__gte=since)
    for blob in blobs.iterator(chunk_size=BATCH):
        place = place_of(blob.key[-NAME_LENGTH:], is_encrypted=bool(public_key))
        if destination.exists(place):
            tally.there += 1
            continue
        try:
            _copy_one(blob, destination, place, public_key)
        except (OSError, FilesError, UnreadableError) as error:
            if blob.released_at is None:
                tally.lose(blob, error)
            continue
        tally.copied += 1
        tally.copied_bytes += blob.size
    return tally


def _copy_one(blob: Blob, destination: Storage, place: str, public_key: str) -> None:
    with open_blob(blob) as source:
        content = Content(source, expected=blob.size, limit=blob.size)
        send(content, destination, place, public_key=public_key)
    if content.length != blob.size or (blob.sha256 and content.sha256 != blob.sha256):
        destination.delete(place)
        raise UnreadableError(f"{content.length} bytes, and their digest is {content.sha256}")


def send(content: Content, destination: Storage, place: str, *, public_key: str) -> None:
    """Save it there whole, or not at all. Raises UnreadableError, or BackupError for the place."""
    try:
        if public_key:
            with encrypted(content, public_key) as stream:
                destination.save(place, File(stream))
        else:
            destination.save(place, content)
    except Exception as error:
        if content.broken is not None:
            raise UnreadableError(reason_of(content.broken)) from error
        raise BackupError(f"The backup's place does not take {place}: {error}") from error


def copy_back(source: Storage, *, secret_key: str) -> Tally:
    """Bring every blob of the restored database into the present store, digests compared."""
    tally = Tally()
    store = current_store()
    for blob in Blob.objects.order_by("pk").iterator(chunk_size=BATCH):
        try:
            if store_named(store).exists(blob.key):
                tally.there += 1
            else:
                _bring_back(blob, source, store, secret_key)
                tally.copied += 1
                tally.copied_bytes += blob.size
        except (OSError, FilesError, BackupError) as error:
            if blob.released_at is None:
                tally.lose(blob, error)
            continue
        Blob.objects.filter(pk=blob.pk).exclude(store=store).update(store=store)
    return tally


def _bring_back(blob: Blob, source: Storage, store: str, secret_key: str) -> None:
    place = place_of(blob.key[-NAME_LENGTH:], is_encrypted=bool(secret_key))
    with source.open(place, "rb") as raw, plain(raw, secret_key) as stream:
        content = DigestingFile(stream, expected=blob.size, limit=blob.size)
        store_named(store).save(blob.key, content)
    if content.length != blob.size or (blob.sha256 and content.sha256 != blob.sha256):
        store_named(store).delete(blob.key)
        raise BackupError(f"{content.length} bytes, and their digest is {content.sha256}")


def plain(raw: IO[Any], secret_key: str) -> Any:
    return decrypted(raw, secret_key) if secret_key else nullcontext(raw)


def verify_blobs() -> Tally:
    """Read every blob of the store again and compare its digest. Nothing is changed."""
    tally = Tally()
    for blob in Blob.objects.filter(released_at=None).order_by("pk").iterator(chunk_size=BATCH):
        try:
            with open_blob(blob) as file:
                content = DigestingFile(file, expected=blob.size, limit=blob.size)
                while content.read(1024 * 1024):
                    pass
        except (OSError, FilesError) as error:
            tally.lose(blob, error)
            continue
        if blob.sha256 and content.sha256 != blob.sha256:
            tally.lose(blob, f"its digest is {content.sha256}")
        else:
            tally.there += 1
    return tally
