"""Encryption of what leaves the site, by age: streams in, streams out, in constant memory."""

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyrage

from devops360.backups.errors import BackupError

SUFFIX = ".age"
BROKEN_OFF = "What was to be encrypted broke off"
UNOPENED = "It cannot be decrypted: BACKUP_SECRET_KEY is of another pair, or the bytes are damaged"


@contextmanager
def encrypted(source: IO[Any], public_key: str) -> Iterator[IO[bytes]]:
    """Give what `source` gives, encrypted for the holder of the key. Raises BackupError."""
    try:
        recipient = pyrage.x25519.Recipient.from_str(public_key)
    except pyrage.RecipientError as error:
        raise BackupError("BACKUP_PUBLIC_KEY is no age public key: age1…") from error
    made = _through_pipe(lambda out: pyrage.encrypt_io(source, out, [recipient]), BROKEN_OFF)
    with made as readable:
        yield readable


@contextmanager
def decrypted(source: IO[Any], secret_key: str) -> Iterator[IO[bytes]]:
    """Give what was encrypted. Raises BackupError for another key, or changed bytes."""
    try:
        identity = pyrage.x25519.Identity.from_str(secret_key)
    except pyrage.IdentityError as error:
        raise BackupError("BACKUP_SECRET_KEY is no age secret key: AGE-SECRET-KEY-1…") from error
    made = _through_pipe(lambda out: pyrage.decrypt_io(source, out, [identity]), UNOPENED)
    with made as readable:
        yield readable


class _ReadingEnd(io.BufferedReader):
    """A stream whose end is reached only if whoever writes it has come to the end, too.

    Else whoever reads it would take what came until then for the whole, and store it as that.
    """

    def __init__(self, raw: io.FileIO, end: Callable[[], None]) -> None:
        super().__init__(raw)
        self._end = end

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        if size is None or size < 0 or len(chunk) < size:
            self._end()
        return chunk


@contextmanager
def _through_pipe(work: Callable[[IO[bytes]], object], words: str) -> Iterator[IO[bytes]]:
    """Run what writes in a thread, and give what it writes to be read: whatever the size.

    Reading raises BackupError where the writing failed, at the latest at the end.
    """
    reading, writing = os.pipe()
    failure: list[BaseException] = []

    def end() -> None:
        thread.join()
        if failure:
            raise BackupError(f"{words} ({failure[0]}).") from failure[0]

    def write() -> None:
        try:
            with os.fdopen(writing, "wb") as out:
                work(out)
        except BaseException as error:  # noqa: BLE001  (handed to who reads, below)
            failure.append(error)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        with _ReadingEnd(io.FileIO(reading, "rb"), end) as readable:
            yield readable
    finally:
        thread.join()
