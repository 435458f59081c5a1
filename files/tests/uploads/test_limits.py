"""Limits, and what happens at them: disks that are full, files larger than any disk here."""

import errno
import io
import os
import shutil
import tracemalloc
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from files.conflicts import Conflict
from files.errors import InvalidNameError
from files.models import Node, Upload, UploadPart, Vault
from files.moving import copy_nodes, move_nodes
from files.names import clean_name, clean_path
from files.quota import usage_of
from files.tests.factories import make_file
from files.tests.uploads.sender import PART, Sender, pattern
from files.trash import purge_nodes, trash_nodes
from files.tree import ancestors, create_folder, create_folders
from files.uploads.parts import receive_part, sign_parts
from files.uploads.plan import MAX_PARTS, part_count, part_of, part_size_for
from files.uploads.strays import clear_strays

GB = 10**9


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def sender(own: Client, root: Node, settings: Any) -> Sender:
    settings.FILES_PART_SIZE = PART
    return Sender(own, root, pattern(PART + 5))


@pytest.fixture
def unbounded(monkeypatch: pytest.MonkeyPatch, root: Node) -> None:
    """A disk and a quota larger than those of the machine that tests run on."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**15, 0, 10**15))
    Vault.objects.update_or_create(owner=root.owner, defaults={"quota": 10**15})


@pytest.mark.parametrize("size", [0, 1, 100 * GB, 5 * 1024**4])
def test_parts_are_few_enough_for_s3(size: int) -> None:
    upload = Upload(size=size, part_size=part_size_for(size))
    count = part_count(upload)
    assert count <= MAX_PARTS
    assert sum(part_of(upload, number).length for number in range(1, count + 1)) == size
    assert upload.part_size <= 5 * 1024**3


def test_a_hundred_gigabytes_take_only_what_arrived(
    sender: Sender, unbounded: None, settings: Any
) -> None:
    """The first, a middle and the last part: each at its offset, and the rest takes no room."""
    settings.FILES_PART_SIZE = 16 * 1024**2
    size = 100 * GB + 7
    answer = sender.create(size=size)
    assert answer.status_code == 201
    upload = Upload.objects.get()
    last = sender.upload["parts"]
    draft = Path(settings.MEDIA_ROOT, ".uploads", upload.pk.hex)
    for number in (1, last // 2, last):
        part = part_of(upload, number)
        data = bytes([number % 251]) * part.length
        token = sign_parts(upload=upload, wanted=[(number, "")])[0].url.split("/")[-2]
        receive_part(token=token, stream=io.BytesIO(data), length=part.length)
        with draft.open("rb") as file:
            file.seek(part.offset)
            assert file.read(part.length) == data
    assert draft.stat().st_size >= size
    assert draft.stat().st_blocks * 512 < 64 * 1024**2
    missing = sender.complete().json()["missing"]
    assert len(missing) == last - 3
    assert usage_of(sender.folder.owner).reserved == size


class Zeros:
    """So many bytes, of which none is held."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int = -1, /) -> bytes:
        size = min(size, self.left)
        self.left -= size
        return bytes(size)


def test_a_part_takes_no_more_memory_than_a_piece_of_it(sender: Sender, settings: Any) -> None:
    settings.FILES_PART_SIZE = size = 64 * 1024**2
    sender.create(size=size)
    token = sign_parts(upload=Upload.objects.get(), wanted=[(1, "")])[0].url.split("/")[-2]
    tracemalloc.start()
    receive_part(token=token, stream=Zeros(size), length=size)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 1024**2
    assert sender.arrived() == [1]


def test_a_full_disk_is_told_before_any_byte(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, 0))
    answer = sender.create()
    assert answer.status_code == 507
    assert "disk is full" in answer.json()["error"]
    assert not Upload.objects.exists()


def test_a_disk_that_fills_up_meanwhile(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    sender.create()
    real = os.pwrite

    def full(descriptor: int, data: bytes, offset: int, /) -> int:
        if len(data) > 100:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(descriptor, data, offset)

    monkeypatch.setattr(os, "pwrite", full)
    assert sender.put(1) == 507
    assert not UploadPart.objects.exists()
    monkeypatch.setattr(os, "pwrite", real)
    assert sender.put(1) == sender.put(2) == 200, "the same upload goes on once there is room"
    assert sender.complete().status_code == 201


def test_the_quota_is_told_before_any_byte(sender: Sender) -> None:
    Vault.objects.update_or_create(owner=sender.folder.owner, defaults={"quota": 100})
    answer = sender.create()
    assert answer.status_code == 507
    assert "free" in answer.json()["error"]


def test_too_large_and_too_many(sender: Sender, settings: Any) -> None:
    settings.FILES_UPLOADS_OPEN = 1
    assert sender.create().status_code == 201
    assert sender.create(key="other", path="b").status_code == 429
    settings.FILES_MAX_SIZE = 10
    assert sender.create(key="third", path="c").status_code == 413


def test_names_and_depth_are_settings(settings: Any) -> None:
    settings.FILES_NAME_BYTES, settings.FILES_DEPTH = 20, 3
    assert clean_name("x" * 20)
    with pytest.raises(InvalidNameError):
        clean_name("x" * 21)
    with pytest.raises(InvalidNameError):
        clean_path("a/b/c/d")


def test_folders_reach_no_deeper_whatever_is_done(root: Node, settings: Any) -> None:
    settings.FILES_DEPTH = 3
    owner = root.owner
    deep = create_folders(folder=root, paths=["a/b/c"])[0]
    other = create_folders(folder=root, paths=["x/y"])[0]
    make_file(deep, "as deep as it goes.txt")
    with pytest.raises(InvalidNameError, match="3 levels"):
        create_folder(parent=deep, name="d")
    with pytest.raises(InvalidNameError):
        make_file(deep, "d/e.txt")
    above = other.parent
    assert deep.parent is not None
    assert above is not None
    for put in (move_nodes, copy_nodes):
        with pytest.raises(InvalidNameError, match="3 levels"):
            put(owner=owner, nodes=[above], target=deep.parent, conflict=Conflict.ASK)
    # What is in the trash inside of it may come back.
    trash_nodes(owner=owner, nodes=[other])
    with pytest.raises(InvalidNameError):
        move_nodes(owner=owner, nodes=[above], target=deep.parent, conflict=Conflict.ASK)
    assert Node.objects.folders().below_root().count() == 5
    purge_nodes(owner=owner, nodes=[other])
    move_nodes(owner=owner, nodes=[above], target=deep.parent, conflict=Conflict.ASK)
    assert len(ancestors(above)) == 4


def test_one_question_holds_only_so_many_paths(own: Client, root: Node, settings: Any) -> None:
    settings.FILES_MAX_PATHS = 2
    for name in ("conflicts", "new_folders"):
        url = reverse(f"files:{name}", args=[root.pk])

        def ask(*paths: str, url: str = url) -> Any:
            return own.post(url, {"paths": paths}, content_type="application/json")

        assert ask("a", "b").status_code in {200, 201}
        refused = ask("a", "b", "c")
        assert refused.status_code == 400
        assert "at most 2 paths" in refused.json()["error"]


def test_what_no_row_knows_is_cleared_after_a_day(sender: Sender, settings: Any) -> None:
    sender.create()
    folder = Path(settings.MEDIA_ROOT, ".uploads")
    (folder / "0123456789abcdef0123456789abcdef").write_bytes(b"x")
    (folder / "nonsense").write_bytes(b"x")
    assert clear_strays() == 0
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    assert clear_strays() == 2
    assert [path.name for path in folder.iterdir()] == [Upload.objects.get().pk.hex]


def test_forged_and_late_addresses(sender: Sender, settings: Any) -> None:
    sender.create()
    url = sender.sign(1).json()["urls"][0]["url"]
    forged = url[:-2] + ("a" if url[-2] != "a" else "b") + "/"
    assert Client().put(forged, sender.part(1), "application/octet-stream").status_code == 403
    settings.FILES_PART_SECONDS = -1
    assert Client().put(url, sender.part(1), "application/octet-stream").status_code == 403
    settings.FILES_PART_SECONDS = 3600
    user = sender.folder.owner
    user.is_active = False
    user.save()
    assert Client().put(url, sender.part(1), "application/octet-stream").status_code == 410
