"""The local store: a file is either there, whole and on the disk, or not there at all."""

import errno
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext as _

from files.errors import StorageFullError, StoreUnavailableError
from files.metrics import SYNC

CHUNK = 1024 * 1024
# So much is given to the disk at once while more comes in.
WRITE_AHEAD = 8 * 1024 * 1024
# What each key of a blob begins with.
BLOBS = "users"
INCOMING = ".incoming"
# Uploads in parts, under the random part of the key that they will have.
UPLOADS = ".uploads"


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# A disk that was mounted read-only after a fault, is not ours, does not answer, or is not there.
BROKEN = frozenset({errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.ENODEV})


@contextmanager
def plain_disk_errors() -> Iterator[None]:
    """Turn what a disk may refuse into StorageFullError or StoreUnavailableError."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFullError(
                _("The vault's disk is full. Tell its administrator.")
            ) from error
        if error.errno in BROKEN:
            raise StoreUnavailableError from error
        raise


@deconstructible(path="files.storage.DurableFileSystemStorage")
class DurableFileSystemStorage(FileSystemStorage):
    """Django's local storage, but durable and never overwriting.

    FileSystemStorage writes under the final name, so that a full disk or a crash leaves half a
    file there, and never fsyncs. This one writes a temporary file, fsyncs it, links it to its
    name, which fails where the name exists, and fsyncs the folders.
    """

    def _save(self, name: str, content: File[Any]) -> str:
        final = Path(self.path(name))
        self._make_folders(final.parent)
        with self._temporary_file() as (draft, file):
            while chunk := content.read(CHUNK):
                file.write(chunk)
                start_writing(file.fileno(), file.tell(), len(chunk))
            with SYNC.time():
                file.flush()
                os.fsync(file.fileno())
                # Unlike a rename, a link never replaces what is there.
                final.hardlink_to(draft)
                fsync_folder(final.parent)
        return name

    def open(self, name: str, mode: str = "rb") -> File[Any]:
        try:
            return super().open(name, mode)
        except FileNotFoundError:
            # A disk that is not mounted is an empty folder: no blob of it is missing.
            if name.startswith(f"{BLOBS}/") and not Path(self.path(BLOBS)).is_dir():
                raise StoreUnavailableError from None
            raise

    def get_alternative_name(self, file_root: str, file_ext: str) -> str:
        return f"{file_root}_{secrets.token_hex(8)}{file_ext}"

    def url(self, name: str | None) -> str:
        raise NotImplementedError("Files are served by views, which ask who is there.")

    def sweep_incoming(self, *, older_than: float) -> int:
        """Delete what killed processes left half-written over `older_than` seconds ago.

        Returns how many files that were.
        """
        stale = self.stale_files(INCOMING, older_than=older_than)
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)

    def stale_files(self, folder: str, *, older_than: float) -> list[Path]:
        """Return what nobody has written to for so many seconds, in INCOMING or UPLOADS."""
        place = Path(self.base_location) / folder
        if not place.is_dir():
            return []
        limit = time.time() - older_than
        with os.scandir(place) as entries:
            return [Path(entry) for entry in entries if modified_at(entry) < limit]

    def adopt(self, path: Path, file: int, name: str) -> None:
        """Give a file of this disk its name here, durable, without a copy. Harmless to repeat.

        `file` is its descriptor. Its time becomes now: it must not look like something left over.
        """
        final = Path(self.path(name))
        self._make_folders(final.parent)
        os.fchmod(file, 0o600)
        os.utime(file)
        with SYNC.time():
            os.fsync(file)
            try:
                final.hardlink_to(path)
            except FileExistsError:
                if not final.samefile(path):
                    raise
            fsync_folder(final.parent)

    def require_free(self, size: int) -> None:
        """Raise OSError (ENOSPC) unless the disk has that much room now."""
        folder = Path(self.base_location)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < size:
            raise OSError(errno.ENOSPC, "The disk has less room than that")

    @contextmanager
    def _temporary_file(self) -> Iterator[tuple[Path, IO[bytes]]]:
        folder = Path(self.base_location) / INCOMING
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / secrets.token_hex(16)
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                yield draft, file
        finally:
            draft.unlink(missing_ok=True)

    def _make_folders(self, folder: Path) -> None:
        """Make missing folders, each durable in its parent, the topmost first."""
        missing: list[Path] = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            fsync_folder(path.parent)


def modified_at(entry: os.DirEntry[str]) -> float:
    """Return when it was last written; now, for what has gone meanwhile."""
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return time.time()


def start_writing(descriptor: int, end: int, length: int) -> None:
    """Have the kernel begin with what was written up to `end`, so that the fsync finds less to do.

    `length` is that of the last write. Linux starts to write what such advice names, and forgets
    what of it is on the disk already: the first to read the file afterwards reads the disk.
    """
    before = (end - length) // WRITE_AHEAD
    if hasattr(os, "posix_fadvise") and end // WRITE_AHEAD > before:
        start = before * WRITE_AHEAD
        os.posix_fadvise(descriptor, start, end - start, os.POSIX_FADV_DONTNEED)


def fsync_folder(folder: Path) -> None:
    """Make names that were added to the folder, or taken from it, survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
