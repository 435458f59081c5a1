import hashlib
import io
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from files.conflicts import Conflict, find_conflicts
from files.errors import (
    IncompleteError,
    InvalidNameError,
    NameTakenError,
    TooLargeError,
)
from files.models import Blob, Node, Version
from files.sweep import sweep_blobs, sweep_unfinished
from files.tests.factories import make_file, make_folder, read_file, store_blob
from files.trash import trash_nodes
from files.tree import create_folders
from files.uploads.receive import receive_stream


def receive(root: Node, path: str, content: bytes, **kwargs: Any) -> Node | None:
    options: dict[str, Any] = {"size": len(content), "conflict": Conflict.ASK, **kwargs}
    return receive_stream(
        owner=root.owner, folder=root, path=path, stream=io.BytesIO(content), **options
    )


def stored(owner: Any) -> list[str]:
    folder = f"users/{owner.pk}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


def test_an_upload_keeps_bytes_digest_and_size(root: Node) -> None:
    content = bytes(range(256)) * 9000
    node = receive(root, "data.bin", content)
    assert node is not None
    assert node.content is not None
    assert node.size == node.content.size == len(content)
    assert node.content.sha256 == hashlib.sha256(content).hexdigest()
    assert read_file(node) == content
    assert node.content.key.startswith(f"users/{root.owner_id}/")
    assert "data" not in node.content.key
    assert [version.number for version in node.versions.all()] == [1]


def test_an_empty_file_is_a_file(root: Node) -> None:
    node = receive(root, "empty", b"")
    assert node is not None
    assert node.size == 0


def test_folders_on_the_way_are_made_once(root: Node) -> None:
    one = receive(root, "Holiday/Day 1/a.txt", b"a")
    two = receive(root, "holiday/day 1/b.txt", b"b")
    assert one is not None
    assert two is not None
    assert one.parent_id == two.parent_id
    assert Node.objects.folders().below_root().count() == 2


@pytest.mark.parametrize(
    ("size", "error"), [(3, IncompleteError), (9, IncompleteError), (10**15, TooLargeError)]
)
def test_a_wrong_length_keeps_nothing(
    root: Node, settings: Any, size: int, error: type[Exception]
) -> None:
    settings.FILES_MAX_SIZE = 1000
    with pytest.raises(error):
        receive(root, "a.txt", b"hello", size=size)
    assert not Node.objects.below_root().exists()
    assert not Blob.objects.exists()
    assert stored(root.owner) == []


def test_too_many_bytes_are_refused_without_an_announced_length(root: Node, settings: Any) -> None:
    settings.FILES_MAX_SIZE = 10
    with pytest.raises(TooLargeError):
        receive(root, "a.txt", b"x" * 11, size=None)
    assert stored(root.owner) == []


@pytest.mark.parametrize("path", ["../a", "a/../../b", "", "/a", "a//b", "."])
def test_paths_that_climb_keep_nothing(root: Node, path: str) -> None:
    with pytest.raises(InvalidNameError):
        receive(root, path, b"x")
    assert stored(root.owner) == []


def test_ask_refuses_before_reading(root: Node) -> None:
    make_file(root, "a.txt")

    class Untouchable(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("read")

    with pytest.raises(NameTakenError):
        receive_stream(
            owner=root.owner,
            folder=root,
            path="A.TXT",
            stream=Untouchable(),
            size=5,
            conflict=Conflict.ASK,
        )


def test_an_upload_costs_few_statements(root: Node, django_assert_num_queries: Any) -> None:
    """Every one from the lock of the tree on is waited for by all who upload to this vault."""
    make_file(root, "a.txt")
    # Looks before the bytes come; the two ends; locks, rows and the space between them.
    with django_assert_num_queries(3 + 2 + 9):
        receive(root, "b.txt", b"x")


def test_keep_both_numbers_the_newcomer(root: Node) -> None:
    for expected in ("a.txt", "a (2).txt", "a (3).txt"):
        assert make_file(root, "a.txt", conflict=Conflict.KEEP_BOTH).name == expected


def test_replace_makes_a_new_version(root: Node) -> None:
    first = make_file(root, "a.txt", b"one")
    second = make_file(root, "a.txt", b"two!", conflict=Conflict.REPLACE)
    assert second.pk == first.pk
    assert second.size == 4
    assert [version.number for version in second.versions.order_by("number")] == [1, 2]
    assert Blob.objects.count() == 2


def test_skip_keeps_what_is_there(root: Node) -> None:
    make_file(root, "a.txt", b"one")
    assert receive(root, "a.txt", b"two", conflict=Conflict.SKIP) is None
    assert Blob.objects.count() == 1
    assert len(stored(root.owner)) == 1


def test_a_folder_is_never_replaced_by_a_file(root: Node) -> None:
    make_folder(root.owner, "a")
    with pytest.raises(NameTakenError):
        receive(root, "a", b"x", conflict=Conflict.REPLACE)
    assert stored(root.owner) == [], "what was stored for it is gone"
    assert not Blob.objects.exists()


def test_a_file_in_the_way_of_a_folder(root: Node) -> None:
    make_file(root, "a")
    with pytest.raises(NameTakenError):
        receive(root, "a/b.txt", b"x", conflict=Conflict.KEEP_BOTH)
    assert len(stored(root.owner)) == 1


def test_a_folder_deleted_meanwhile(root: Node) -> None:
    folder = make_folder(root.owner, "gone")
    trash_nodes(owner=root.owner, nodes=[folder])
    with pytest.raises(Node.DoesNotExist):
        receive_stream(
            owner=root.owner,
            folder=folder,
            path="a",
            stream=io.BytesIO(b"x"),
            size=1,
            conflict=Conflict.KEEP_BOTH,
        )
    assert stored(root.owner) == []


def test_memory_does_not_grow_with_the_file(root: Node) -> None:
    class Endless:
        left = 200_000_000

        def read(self, size: int = -1, /) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    tracemalloc.start()
    blob = store_blob(owner=root.owner, stream=Endless(), name="zeros", expected=None, limit=10**10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert blob.size == 200_000_000
    assert peak < 20_000_000


def test_conflicts_are_found_before_anything_is_sent(root: Node) -> None:
    make_file(root, "a.txt")
    make_file(root, "dir/b.txt")
    found = find_conflicts(
        owner=root.owner,
        folder=root,
        paths=["A.TXT", "c.txt", "dir/b.txt", "Dir/c.txt", "new/b.txt"],
    )
    assert found == ["A.TXT", "dir/b.txt"]


def test_the_sweeper_takes_only_old_and_unnamed_blobs(root: Node, settings: Any) -> None:
    named = make_file(root, "a.txt")
    orphan = store_blob(owner=root.owner, stream=io.BytesIO(b"x"), name="", expected=1, limit=10)
    assert sweep_blobs() == 0, "young ones may be about to be named"
    Blob.objects.filter(released_at__isnull=False).update(released_at="2020-01-01T00:00:00Z")
    assert sweep_blobs() == 1
    assert not default_storage.exists(orphan.key)
    assert named.content is not None
    assert default_storage.exists(named.content.key)
    assert Version.objects.count() == 1


def test_what_a_killed_process_left_goes_after_a_day(root: Node, settings: Any) -> None:
    make_file(root, "a.txt")
    left = Path(settings.MEDIA_ROOT) / ".incoming" / "left"
    left.write_bytes(b"half")
    assert sweep_unfinished() == 0
    os.utime(left, (0, 0))
    assert sweep_unfinished() == 1
    assert not left.exists()


def test_what_deep_paths_have_in_common_is_looked_up_once(
    root: Node, django_assert_max_num_queries: Any
) -> None:
    deep = "/".join(["deep"] * 30)
    paths = [f"{deep}/{number}/a.txt" for number in range(20)]
    for path in paths:
        make_file(root, path)
    with django_assert_max_num_queries(100):
        assert find_conflicts(owner=root.owner, folder=root, paths=paths) == paths
    with django_assert_max_num_queries(200):
        made = create_folders(folder=root, paths=[f"{deep}/new {n}/x" for n in range(20)])
    assert [folder.name for folder in made] == ["x"] * 20
    assert Node.objects.folders().filter(name="deep").count() == 30
    with pytest.raises(NameTakenError):
        create_folders(folder=root, paths=[f"{deep}/one", paths[0]])
    assert not Node.objects.filter(name="one").exists()


@pytest.mark.parametrize("name", ["a" * 255, "ß" * 127, f"{'a' * 251}.txt"])
def test_the_longest_names_are_numbered_on_past_nine(root: Node, name: str) -> None:
    made = [make_file(root, name, conflict=Conflict.KEEP_BOTH).name for _ in range(12)]
    assert len(set(made)) == 12
    assert made[-1].removesuffix(".txt").endswith(" (12)")
    assert max(len(each.encode()) for each in made) <= 255
