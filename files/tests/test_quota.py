"""What counts, what does not, and that nothing goes past the limit."""

import importlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from files.conflicts import Conflict
from files.errors import NameTakenError, QuotaError, VersionError
from files.models import Blob, Node, Upload, Vault, Version
from files.moving import copy_nodes
from files.quota import set_quota, take_space, usage_of
from files.recount import recount_vaults
from files.sizes import parse_size
from files.sweep import sweep_blobs
from files.tests.factories import make_file, make_folder, store_blob
from files.trash import purge_trash, restore_nodes, trash_nodes
from files.tree import lock_tree
from files.uploads.finish import place_blob
from files.uploads.receive import receive_stream
from files.vault import delete_vault
from files.versions import delete_version, newest_version, restore_version
from notifications.models import Notification


def used(owner: Any) -> int:
    usage = usage_of(owner)
    # Whatever a test has done: the figure is the sum.
    named = Blob.objects.filter(owner=owner.pk, versions__isnull=False).distinct()
    assert usage.used == sum(named.values_list("size", flat=True))
    return usage.used


def orphan(owner: Any, content: bytes = b"12345") -> Blob:
    stream = io.BytesIO(content)
    return store_blob(owner=owner, stream=stream, name="", expected=len(content), limit=10**6)


def test_versions_and_trash_count_and_copies_do_not(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt", b"12345")
    make_file(root, "a.txt", b"123", Conflict.REPLACE)
    assert used(owner) == 8
    copy_nodes(owner=owner, nodes=[node], target=make_folder(owner, "dir"), conflict=Conflict.ASK)
    assert used(owner) == 8, "one blob, however many files hold it"
    trash_nodes(owner=owner, nodes=[node])
    assert used(owner) == 8
    purge_trash(owner=owner)
    assert used(owner) == 3, "the copy still holds the newest content"


def test_what_does_not_fit_leaves_all_as_it_was(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt", b"12345")
    set_quota(owner_id=owner.pk, quota=8)
    for name, conflict in (("dir/b.txt", Conflict.ASK), ("a.txt", Conflict.REPLACE)):
        with pytest.raises(QuotaError, match="free"):
            make_file(root, name, b"1234", conflict)
    assert list(Node.objects.below_root()) == [node]
    assert Version.objects.count() == Blob.objects.count() == 1
    assert len(default_storage.listdir(f"users/{owner.pk}")[1]) == 1
    make_file(root, "b.txt", b"123")
    assert used(owner) == 8


def test_no_room_is_said_before_the_bytes_come(owner: Any, root: Node) -> None:
    class Untouched:
        def read(self, size: int = -1, /) -> bytes:
            raise AssertionError("nobody may be made to send this")

    set_quota(owner_id=owner.pk, quota=8)
    with pytest.raises(QuotaError):
        receive_stream(
            owner=owner,
            folder=root,
            path="a.txt",
            stream=Untouched(),
            size=9,
            conflict=Conflict.ASK,
        )


def test_uploads_under_way_hold_their_space(owner: Any, root: Node) -> None:
    set_quota(owner_id=owner.pk, quota=10)
    upload = Upload.objects.create(
        owner=owner,
        folder=root,
        path=["big"],
        conflict=Conflict.ASK,
        idempotency_key="one",
        size=6,
        part_size=6,
        store="local",
        key="users/x/1",
        expires_at=timezone.now() + timedelta(days=1),
    )
    with pytest.raises(QuotaError):
        make_file(root, "a.txt", b"12345")
    upload.state = Upload.State.ABORTED
    upload.save()
    make_file(root, "a.txt", b"12345")
    assert used(owner) == 5


def test_a_lower_quota_takes_nothing_and_lets_nothing_in(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt", b"12345")
    set_quota(owner_id=owner.pk, quota=2)
    assert usage_of(owner).free == 0
    with pytest.raises(QuotaError):
        make_file(root, "b.txt", b"1")
    make_file(root, "empty.txt", b"")
    trash_nodes(owner=owner, nodes=[node])
    restore_nodes(owner=owner, nodes=[node])
    assert used(owner) == 5


def test_deleting_a_version_gives_back_its_space(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt", b"12345")
    old = newest_version(node)
    make_file(root, "a.txt", b"123", Conflict.REPLACE)
    assert delete_version(version=old) == 5
    assert used(owner) == 3
    with pytest.raises(VersionError):
        delete_version(version=newest_version(node))
    with pytest.raises(Version.DoesNotExist):
        delete_version(version=old)


def test_restoring_a_version_costs_nothing_and_loses_nothing(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt", b"12345")
    old = newest_version(node)
    make_file(root, "a.txt", b"123", Conflict.REPLACE)
    set_quota(owner_id=owner.pk, quota=8)
    assert restore_version(version=old).number == 3
    node.refresh_from_db()
    assert (node.content_id, node.size) == (old.blob_id, 5)
    assert delete_version(version=old) == 0, "the third has the same content"
    assert used(owner) == 8
    with pytest.raises(VersionError):
        restore_version(version=newest_version(node))


def test_a_released_blob_counts_again_when_it_is_named_again(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt", b"12345")
    blob = Blob.objects.get()
    trash_nodes(owner=owner, nodes=[node])
    purge_trash(owner=owner)
    assert used(owner) == 0
    again = {"folder": root, "folders": [], "blob": blob, "conflict": Conflict.ASK}
    place_blob(name="b.txt", **again)  # type: ignore[arg-type]
    assert used(owner) == 5
    assert sweep_blobs(grace=timedelta(0)) == 0


def test_a_swept_blob_is_not_named_again(owner: Any, root: Node) -> None:
    blob = orphan(owner)
    assert sweep_blobs(grace=timedelta(0)) == 1
    lock_tree(owner.pk)
    # In the transaction that would have named it, which ends with the refusal.
    with pytest.raises(Blob.DoesNotExist), transaction.atomic():
        take_space(blob)
    assert used(owner) == 0


def test_a_deleted_vault_holds_nothing(owner: Any, root: Node) -> None:
    make_file(root, "a.txt", b"12345")
    set_quota(owner_id=owner.pk, quota=70)
    delete_vault(owner=owner)
    assert used(owner) == 0
    assert usage_of(owner).quota == 70


def test_purging_what_was_never_counted_is_not_refused(owner: Any, root: Node) -> None:
    """As during a deployment, when the program before this one stores without counting."""
    node = make_file(root, "a.txt", b"12345")
    Vault.objects.update(used=2)
    trash_nodes(owner=owner, nodes=[node])
    purge_trash(owner=owner)
    assert used(owner) == 0


def test_a_recount_puts_right_what_is_wrong(owner: Any, stranger: Any, root: Node) -> None:
    make_file(root, "a.txt", b"12345")
    lost = orphan(owner)
    assert recount_vaults() == 0
    Vault.objects.update(used=77)
    Blob.objects.update(released_at=timezone.now())
    Blob.objects.filter(pk=lost.pk).update(released_at=None)
    assert recount_vaults() == 1
    assert used(owner) == 5
    assert list(Blob.objects.exclude(released_at=None)) == [lost]
    assert recount_vaults() == 0


def test_the_migration_counts_what_is_there(owner: Any, root: Node, stranger: Any) -> None:
    node = make_file(root, "a.txt", b"12345")
    make_file(root, "a.txt", b"123", Conflict.REPLACE)
    copy_nodes(owner=owner, nodes=[node], target=root, conflict=Conflict.KEEP_BOTH)
    lost = orphan(owner)
    Vault.objects.all().delete()
    Blob.objects.update(released_at=None)
    migration: Any = importlib.import_module("files.migrations.0005_quota_counted")

    class Editor:
        connection = connection

    for _ in range(2):
        migration.count_what_is_kept(apps, Editor())
        assert used(owner) == 8
        assert list(Blob.objects.exclude(released_at=None)) == [lost]
    assert used(stranger) == 0


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("800000", 800_000),
        ("500MB", 500_000_000),
        ("1k", 1000),
        ("1.5 TiB", 3 * 1024**4 // 2),
    ],
)
def test_sizes_as_people_write_them(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "-1", "much", "1e9", "5 GB GB", "٣GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="50GB"):
        parse_size(text)


def test_the_command_shows_and_sets(owner: Any, root: Node, settings: Any) -> None:
    make_file(root, "a.txt", b"12345")
    out = io.StringIO()
    call_command("files_quota", owner.email.upper(), "--set", "2KiB", stdout=out)
    assert "5 bytes" in out.getvalue()
    assert usage_of(owner).quota == 2048
    call_command("files_quota", owner.email, "--set", "default", stdout=out)
    assert usage_of(owner).quota == settings.FILES_QUOTA
    for bad in (["nobody@example.com"], [owner.email, "--set", "plenty"]):
        with pytest.raises(CommandError):
            call_command("files_quota", *bad)


def told(owner: Any) -> list[str]:
    kinds = Notification.objects.filter(recipient=owner).order_by("pk")
    return list(kinds.values_list("kind", flat=True))


def test_each_level_is_told_once_until_it_has_been_well_below(owner: Any, root: Node) -> None:
    set_quota(owner_id=owner.pk, quota=100)
    make_file(root, "most", bytes(79))
    assert told(owner) == []
    one = make_file(root, "one", bytes(1))
    assert told(owner) == ["quota_80"]
    for _ in range(3):
        trash_nodes(owner=owner, nodes=[one])
        purge_trash(owner=owner)
        one = make_file(root, "one", bytes(1))
    assert told(owner) == ["quota_80"], "coming and going at the level tells nothing new"
    last = make_file(root, "last", bytes(20))
    assert told(owner) == ["quota_80", "quota_100"], "the highest alone"
    trash_nodes(owner=owner, nodes=[last])
    purge_trash(owner=owner)
    make_file(root, "again", bytes(15))
    assert told(owner) == ["quota_80", "quota_100", "quota_95"]


def test_a_refused_upload_tells_nothing(owner: Any, root: Node) -> None:
    set_quota(owner_id=owner.pk, quota=100)
    with pytest.raises(QuotaError):
        make_file(root, "much", bytes(101))
    with pytest.raises(NameTakenError):
        place_blob(
            folder=make_file(root, "a", b"").parent or root,
            folders=[],
            name="a",
            blob=orphan(owner, bytes(90)),
            conflict=Conflict.ASK,
        )
    assert told(owner) == []


def test_a_lowered_quota_tells(owner: Any, root: Node) -> None:
    make_file(root, "a", bytes(90))
    set_quota(owner_id=owner.pk, quota=100)
    assert told(owner) == ["quota_80"]
    assert Notification.objects.get().context == {"used": 90, "quota": 100}


def test_the_cost_of_counting_does_not_grow(
    owner: Any, root: Node, django_assert_num_queries: Callable[[int], Any]
) -> None:
    first, second = orphan(owner), orphan(owner)
    assert used(owner) == 0
    lock_tree(owner.pk)
    with django_assert_num_queries(4):
        take_space(first)
    for number in range(20):
        make_file(root, f"{number}.txt")
    with django_assert_num_queries(4):
        take_space(second)
