import errno
import io
import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile, File
from prometheus_client import REGISTRY

from files.storage import INCOMING, DurableFileSystemStorage


class Failing(io.BytesIO):
    """Gives a chunk, then fails as a full disk or a broken line would."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError(errno.ENOSPC, "No space left on device")
        self.seek(1)
        return b"half a file"


@pytest.fixture
def storage(tmp_path: Path) -> DurableFileSystemStorage:
    return DurableFileSystemStorage(location=tmp_path)


def everything(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_whole_and_private(
    storage: DurableFileSystemStorage, tmp_path: Path
) -> None:
    name = storage.save("users/1/abc", ContentFile(b"x" * 3_000_000))
    path = tmp_path / name
    assert path.read_bytes() == b"x" * 3_000_000
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert everything(tmp_path) == [path]


def test_nothing_is_overwritten(storage: DurableFileSystemStorage, tmp_path: Path) -> None:
    first = storage.save("users/1/abc", ContentFile(b"first"))
    second = storage.save("users/1/abc", ContentFile(b"second"))
    assert first != second
    assert (tmp_path / first).read_bytes() == b"first"


def test_a_race_for_a_name_loses_without_overwriting(
    storage: DurableFileSystemStorage, tmp_path: Path
) -> None:
    storage.save("users/1/abc", ContentFile(b"first"))
    with pytest.raises(FileExistsError):
        storage._save("users/1/abc", ContentFile(b"second"))
    assert (tmp_path / "users/1/abc").read_bytes() == b"first"


def test_a_failed_write_leaves_nothing(storage: DurableFileSystemStorage, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space"):
        storage.save("users/1/abc", File(Failing()))
    assert everything(tmp_path) == []
    assert not storage.exists("users/1/abc")


def test_file_and_folder_reach_the_disk_before_save_returns(
    storage: DurableFileSystemStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[Path, bool]] = []
    real = os.fsync
    final = tmp_path / "users/1/abc"

    def spy(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((path, final.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    storage.save("users/1/abc", ContentFile(b"x"))
    drafts = [entry for entry in synced if entry[0].parent.name == INCOMING]
    assert drafts[0][1] is False, "the bytes, before they get their name"
    assert synced[-1] == (final.parent, True), "the name, last of all"
    assert (tmp_path, False) in synced, "new folders too"


def test_only_old_leftovers_are_swept(storage: DurableFileSystemStorage, tmp_path: Path) -> None:
    folder = tmp_path / INCOMING
    folder.mkdir()
    old, fresh = folder / "old", folder / "fresh"
    old.touch()
    fresh.touch()
    os.utime(old, (time.time() - 7200,) * 2)
    assert storage.sweep_incoming(older_than=3600) == 1
    assert everything(tmp_path) == [fresh]


def test_there_are_no_public_addresses(storage: DurableFileSystemStorage) -> None:
    with pytest.raises(NotImplementedError):
        storage.url("users/1/abc")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd"])
def test_paths_outside_are_refused(storage: DurableFileSystemStorage, name: str) -> None:
    with pytest.raises(Exception, match=r"traversal|outside"):
        storage.save(name, ContentFile(b"x"))


def test_settings_take(settings: Any) -> None:
    assert settings.STORAGES["default"]["BACKEND"] == "files.storage.DurableFileSystemStorage"


def test_how_long_the_disk_took_is_noted(
    storage: DurableFileSystemStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a disk that refuses in the end."""
    labels = {"store": "local", "act": "sync"}
    begun = REGISTRY.get_sample_value("files_store_seconds_count", labels) or 0.0
    storage.save("users/1/abc", ContentFile(b"first"))

    def refuse(file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Input/output"):
        storage.save("users/1/def", ContentFile(b"second"))
    assert REGISTRY.get_sample_value("files_store_seconds_count", labels) == begun + 2
