"""Parts on the local store: each is written in place into one file. There is no second copy."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError
from django.utils.translation import gettext as _

from files.blobs import HEAD, Readable
from files.errors import MissingPartsError, UploadBusyError, UploadGoneError
from files.metrics import SYNC
from files.models import Upload, UploadPart
from files.storage import UPLOADS, DurableFileSystemStorage, plain_disk_errors
from files.uploads import draft
from files.uploads.part_stores import Arrived, Pieces, Signed, Stray, Whole
from files.uploads.plan import Part, missing_parts, part_count


class LocalParts:
    direct = False
    rereads = True

    def __init__(self, storage: DurableFileSystemStorage) -> None:
        self._storage = storage

    def _draft(self, key: str) -> Path:
        return Path(self._storage.base_location) / UPLOADS / Path(key).name

    def begin(self, *, key: str, size: int, parts: int) -> str:
        with plain_disk_errors():
            self._storage.require_free(size)
            draft.create_draft(self._draft(key), size=size, parts=parts)
        return ""

    def receive(self, upload: Upload, part: Part, stream: Readable, sha256: str) -> str:
        # Opening it is a write already, to a disk that takes none.
        with plain_disk_errors(), draft.opened_draft(self._draft(upload.key)) as file:
            turn = draft.Turn(file, size=upload.size, number=part.number)
            # Before the first byte: whoever finds the row knows that nobody has written since.
            UploadPart.objects.filter(upload=upload, number=part.number).delete()
            pieces = Pieces(stream, part)
            offset = part.offset
            for piece in pieces:
                turn.write(piece, offset)
                offset += len(piece)
            digest = pieces.sha256(expected=sha256)
            with SYNC.time():
                os.fdatasync(file)
            with turn.held():
                _record(upload, part, digest)
        return f'"{digest}"'

    def sign(self, upload: Upload, parts: Sequence[tuple[Part, str]]) -> list[Signed]:
        raise NotImplementedError("Parts for the local store pass through us.")

    def arrived(self, upload: Upload) -> list[Arrived]:
        rows = UploadPart.objects.filter(upload=upload).order_by("number")
        return [Arrived(row.number, row.size, f'"{row.sha256}"') for row in rows]

    def assemble(self, upload: Upload) -> Whole:
        path = self._draft(upload.key)
        with plain_disk_errors(), draft.opened_draft(path) as file:
            draft.end_turns(file, size=upload.size)
            rows = UploadPart.objects.filter(upload=upload)
            digests = dict(rows.values_list("number", "sha256"))
            if missing := missing_parts(upload, digests):
                # One was being sent again when the end was asked for.
                draft.begin_turns(file, size=upload.size, parts=part_count(upload))
                raise MissingPartsError(missing)
            with draft.alone(file):
                # A single part's digest is the whole's.
                sha256 = digests[1] if len(digests) == 1 else _digest_of(file)
                try:
                    self._storage.adopt(path, file, upload.key)
                except FileNotFoundError:
                    # Another request finished while this one was reading, and cleared up.
                    raise UploadBusyError(_("It has just been put together.")) from None
                return Whole(head=os.pread(file, HEAD, 0), sha256=sha256)

    def tidy(self, upload: Upload) -> None:
        with plain_disk_errors():
            self._draft(upload.key).unlink(missing_ok=True)

    def forget(self, upload: Upload) -> None:
        self.tidy(upload)
        with plain_disk_errors():
            self._storage.delete(upload.key)

    def strays(self, before: datetime) -> Iterator[Stray]:
        folder = Path(self._storage.base_location) / UPLOADS
        if not folder.is_dir():
            return
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    yield Stray(path.name)

    def clear(self, stray: Stray) -> None:
        with plain_disk_errors():
            self._draft(stray.key).unlink(missing_ok=True)


def _digest_of(file: int) -> str:
    """Read it from the start. It was written moments ago: mostly from memory."""
    os.lseek(file, 0, os.SEEK_SET)
    with open(file, "rb", buffering=0, closefd=False) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _record(upload: Upload, part: Part, sha256: str) -> None:
    try:
        UploadPart.objects.create(
            upload_id=upload.pk, number=part.number, size=part.length, sha256=sha256
        )
    except IntegrityError:
        raise UploadGoneError(_("This upload was given up meanwhile.")) from None
