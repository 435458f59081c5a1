"""Encryption of what leaves the site, by age: streams in, streams out, in constant memory."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyrage

from devops360.backups.errors import BackupError

SUFFIX = ".age"


@contextmanager
def encrypted(source: IO[Any], public_key: str) -> Iterator[IO[bytes]]:
    """Give what `source` gives, encrypted for the holder of the key. Raises BackupError."""
    try:
        recipient = pyrage.x25519.Recipient.from_str(public_key)
    except pyrage.RecipientError as error:
        raise BackupError("BACKUP_PUBLIC_KEY is no age public key: age1…") from error
    with _through_pipe(lambda out: pyrage.encrypt_io(source, out, [recipient])) as readable:
        yield readable


@contextmanager
def decrypted(source: IO[Any], secret_key: str) -> Iterator[IO[bytes]]:
    """Give what was encrypted. Raises BackupError for another key, or changed bytes."""
    try:
        identity = pyrage.x25519.Identity.from_str(secret_key)
    except pyrage.IdentityError as error:
        raise BackupError("BACKUP_SECRET_KEY is no age secret key: AGE-SECRET-KEY-1…") from error
    with _through_pipe(lambda out: pyrage.decrypt_io(source, out, [identity])) as readable:
        yield readable


@contextmanager
def _through_pipe(work: Callable[[IO[bytes]], object]) -> Iterator[IO[bytes]]:
    """Run what writes in a thread, and give what it writes to be read: whatever the size."""
    reading, writing = os.pipe()
    failure: list[BaseException] = []

    def write() -> None:
        try:
            with os.fdopen(writing, "wb") as out:
                work(out)
        except BaseException as error:  # noqa: BLE001  (handed to who reads, below)
            failure.append(error)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as readable:
            yield readable
    finally:
        thread.join()
    # The stream only ended early: who read it must not take it for the whole.
    if failure:
        raise BackupError(f"A stream broke off: {failure[0]}") from failure[0]
