"""Zip and tar: what is in them, by their own lists. Nothing is unpacked."""

import json
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from files.previews.errors import RenderError

MAX_ENTRIES = 2_000
# More are counted, but never kept: a list of millions would be a bomb of its own.
MAX_COUNTED = 200_000


def render(source: Path, out: Path, *, variant: str, name: str) -> dict[str, Any]:
    try:
        with source.open("rb") as file:
            found = _read_zip(source) if file.read(2) == b"PK" else _read_tar(source)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError):
        raise RenderError("malformed") from None
    entries, total, size = found
    (out / "archive.json").write_text(json.dumps(entries), encoding="utf-8")
    details = {"total": total, "unpacked": size, "truncated": total > len(entries)}
    return {"file": "archive.json", "media_type": "application/json", "details": details}


type Entry = dict[str, Any]


def _read_zip(source: Path) -> tuple[list[Entry], int, int]:
    with zipfile.ZipFile(source) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_COUNTED:
            raise RenderError("too_big")
        entries = [
            _entry(info.filename, info.file_size, "%04d-%02d-%02d %02d:%02d" % info.date_time[:5])  # noqa: UP031
            for info in infos[:MAX_ENTRIES]
        ]
        return entries, len(infos), sum(info.file_size for info in infos)


def _read_tar(source: Path) -> tuple[list[Entry], int, int]:
    with tarfile.open(source, "r:") as archive:
        entries: list[Entry] = []
        total = size = 0
        for member in _limited(archive):
            total, size = total + 1, size + member.size
            if len(entries) < MAX_ENTRIES:
                moment = datetime.fromtimestamp(min(max(member.mtime, 0), 2**32), UTC)
                path = member.name + ("/" if member.isdir() else "")
                entries.append(_entry(path, member.size, f"{moment:%Y-%m-%d %H:%M}"))
        return entries, total, size


def _limited(members: Iterable[tarfile.TarInfo]) -> Iterator[tarfile.TarInfo]:
    yield from islice(members, MAX_COUNTED)


def _entry(path: str, size: int, modified: str) -> Entry:
    shown = "".join(char for char in path if char.isprintable())[:300]
    return {"path": shown, "size": size, "modified": modified, "folder": path.endswith("/")}
