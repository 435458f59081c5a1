"""The file that parts are written into, each at its place, by several processes at once.

Behind the file's own bytes stands one slot per part. In it is the mark of the attempt that may
write this part: a part that is sent again takes the slot over, and what is left of the attempt
before, in whatever process, writes no byte more. Cutting the slots off ends all turns at once:
from then on the bytes stay as they are. Every look at a slot and the write that follows it happen
under one lock.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from files.errors import UploadBusyError, UploadGoneError
from files.storage import fsync_folder

SLOT = 8
PATIENCE_SECONDS = 2.0


def create_draft(path: Path, *, size: int, parts: int) -> None:
    """Make the file at its full length, durable in its folder. It takes no space yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.ftruncate(descriptor, size + parts * SLOT)
        os.fsync(descriptor)
    except OSError:
        # Of a disk that refuses: no upload comes of it.
        path.unlink()
        raise
    finally:
        os.close(descriptor)
    fsync_folder(path.parent)


@contextmanager
def opened_draft(path: Path) -> Iterator[int]:
    """Yield a descriptor of one's own. Raises UploadGoneError where the file has been lost."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        raise UploadGoneError(_("What had arrived of it is gone. Start it again.")) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class Turn:
    """One attempt at one part. Every method raises UploadBusyError once another has taken over."""

    def __init__(self, descriptor: int, *, size: int, number: int) -> None:
        self._descriptor = descriptor
        self._slot = size + (number - 1) * SLOT
        self._mark = secrets.token_bytes(SLOT)
        with _locked(descriptor):
            if os.fstat(descriptor).st_size < self._slot + SLOT:
                raise UploadBusyError(_("All of it has arrived, and is being put together."))
            os.pwrite(descriptor, self._mark, self._slot)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else out for a moment."""
        with _locked(self._descriptor):
            if os.pread(self._descriptor, SLOT, self._slot) != self._mark:
                raise UploadBusyError(_("This part is being sent by another request."))
            yield

    def write(self, data: bytes, offset: int) -> None:
        with self.held():
            write_all(self._descriptor, data, offset)


def end_turns(descriptor: int, *, size: int) -> None:
    """Cut off the slots. Harmless to repeat."""
    with _locked(descriptor):
        os.ftruncate(descriptor, size)


def begin_turns(descriptor: int, *, size: int, parts: int) -> None:
    """Put the slots back, empty: nobody's turn."""
    with _locked(descriptor):
        os.ftruncate(descriptor, size + parts * SLOT)


@contextmanager
def alone(descriptor: int) -> Iterator[None]:
    """Be the one that puts the file together. Raises UploadBusyError where another is at it.

    The lock goes with the process that holds it, however that ends. Writers of parts hold it for
    moments: that is waited out.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _try_lock(descriptor):
        if time.monotonic() > deadline:
            raise UploadBusyError(_("It is being put together."))
        time.sleep(0.02)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def write_all(descriptor: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    # flock, not lockf: it belongs to the descriptor, so that threads of one process count too.
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
