"""A vault moves between its stores, there and back, while it is used; nothing is lost."""

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files import relocation
from files.blobs import open_blob
from files.errors import StoreUnavailableError
from files.models import Blob, Node
from files.relocation import delete_originals, left_to_move, move_blobs
from files.stores import store_named
from files.sweep import sweep
from files.tests.factories import OwnerFactory, make_file, read_file
from files.tests.keeping.conftest import content_of, flip_one_byte
from files.tree import root_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def nodes(root: Node, both_stores: str) -> list[Node]:
    return [make_file(root, f"{number}.txt", bytes([number]) * 1000) for number in range(5)]


def all_whole(nodes: list[Node]) -> bool:
    return all(read_file(node) == bytes([number]) * 1000 for number, node in enumerate(nodes))


def stores() -> set[str]:
    return set(Blob.objects.values_list("store", flat=True))


def test_there_and_back(nodes: list[Node], settings: Any) -> None:
    assert left_to_move(to="s3") == (5, 5000)
    moved = move_blobs(to="s3")
    assert (moved.blobs, moved.bytes, moved.troubles) == (5, 5000, 0)
    assert stores() == {"s3"}
    assert all_whole(nodes)
    assert move_blobs(to="s3").blobs == 0
    assert all(store_named("local").exists(content_of(node).key) for node in nodes)
    assert move_blobs(to="local").blobs == 5
    assert stores() == {"local"}
    assert all_whole(nodes)


def test_what_was_broken_off_goes_on(nodes: list[Node], monkeypatch: Any) -> None:
    """Killed after a copy, before its row was switched; and in the middle of a copy."""
    switch, killed = relocation._switch, iter([False, False, True])

    def killing(blob: Blob, to: str) -> bool:
        if next(killed, False):
            raise KeyboardInterrupt
        return switch(blob, to)

    monkeypatch.setattr(relocation, "_switch", killing)
    with pytest.raises(KeyboardInterrupt):
        move_blobs(to="s3")
    assert all_whole(nodes)
    assert left_to_move(to="s3")[0] == 3
    last = Blob.objects.filter(store="local").order_by("pk").last()
    assert last is not None
    store_named("s3").save(last.key, ContentFile(b"half"))
    moved = move_blobs(to="s3")
    assert (moved.blobs, moved.found) == (3, 1)
    assert all_whole(nodes)


def test_a_damaged_original_stays_where_it_is(nodes: list[Node]) -> None:
    hurt, gone = content_of(nodes[0]), content_of(nodes[1])
    flip_one_byte(hurt)
    store_named("local").delete(gone.key)
    moved = move_blobs(to="s3")
    assert (moved.blobs, moved.troubles) == (3, 2)
    for blob in (hurt, gone):
        blob.refresh_from_db()
        assert blob.store == "local"


def test_a_store_that_does_not_answer_stops_nothing(nodes: list[Node], monkeypatch: Any) -> None:
    copy = relocation._copy
    broken = content_of(nodes[2]).pk

    def failing(blob: Blob, to: str) -> None:
        if blob.pk == broken:
            raise StoreUnavailableError
        copy(blob, to)

    monkeypatch.setattr(relocation, "_copy", failing)
    moved = move_blobs(to="s3")
    assert (moved.blobs, moved.failed) == (4, 1)
    monkeypatch.undo()
    assert all_whole(nodes)


def test_a_digest_that_was_not_known_is_known_afterwards(nodes: list[Node]) -> None:
    known = content_of(nodes[0]).sha256
    Blob.objects.update(sha256="")
    assert move_blobs(to="s3").blobs == 5
    assert content_of(nodes[0]).sha256 == known


def test_originals_go_in_a_later_pass_each_copy_read_once_more(nodes: list[Node]) -> None:
    move_blobs(to="s3")
    assert delete_originals(to="s3").deleted == 0, "somebody may still be reading"
    Blob.objects.update(moved_at=timezone.now() - timedelta(days=2))
    hurt = content_of(nodes[0])
    flip_one_byte(hurt)
    assert delete_originals(to="s3", dry_run=True).deleted == 4
    done = delete_originals(to="s3")
    assert (done.deleted, done.troubles) == (4, 1)
    assert store_named("local").exists(hurt.key), "the only whole one"
    assert delete_originals(to="s3").deleted == 0


def test_the_sweeper_takes_originals_after_their_grace(nodes: list[Node], settings: Any) -> None:
    settings.FILES_ORPHAN_DAYS = 0
    settings.FILES_STORE = "s3"
    move_blobs(to="s3")
    assert sweep().orphans == 0, "it was moved a moment ago: somebody may still be reading it"
    Blob.objects.update(moved_at=timezone.now() - timedelta(days=2))
    lost = content_of(nodes[0])
    copy = store_named("s3").open(lost.key).read()
    store_named("s3").delete(lost.key)
    assert sweep().orphans == 4, "of one the copy is gone: its original is all there is"
    assert store_named("local").exists(lost.key)
    store_named("s3").save(lost.key, ContentFile(copy))
    assert sweep().orphans == 1
    assert all_whole(nodes)


def test_a_download_that_has_begun_ends_well(nodes: list[Node]) -> None:
    before = content_of(nodes[3])
    with open_blob(before) as file:
        begun = file.read(10)
        move_blobs(to="s3")
        Blob.objects.update(moved_at=timezone.now() - timedelta(days=2))
        delete_originals(to="s3")
        assert begun + file.read() == bytes([3]) * 1000
    with open_blob(before) as file:
        assert file.read() == bytes([3]) * 1000, "a row read before the move leads there too"


def test_the_site_answers_as_before(nodes: list[Node], own: Client, settings: Any) -> None:
    settings.S3_PROXY = True
    move_blobs(to="s3")
    answer = own.get(reverse("files:download", args=[nodes[1].pk]))
    streamed: Iterator[bytes] = answer.streaming_content  # type: ignore[attr-defined]
    assert b"".join(streamed) == bytes([1]) * 1000


def test_the_command(nodes: list[Node], settings: Any) -> None:
    out = io.StringIO()
    call_command("migrate_storage", "--to", "s3", "--dry-run", stdout=out)
    assert "5 blobs, 5.0\xa0kB, are to be moved to s3." in out.getvalue()
    call_command("migrate_storage", "--to", "s3", stdout=out, stderr=out)
    assert "New uploads still go to local" in out.getvalue()
    assert "5 of 5 blobs moved to s3, 5.0\xa0kB of 5.0\xa0kB" in out.getvalue()
    Blob.objects.update(moved_at=timezone.now() - timedelta(days=2))
    call_command("migrate_storage", "--to", "s3", "--delete-verified", stdout=out)
    assert "Deleted 5 originals from local" in out.getvalue()
    flip_one_byte(content_of(nodes[0]))
    with pytest.raises(SystemExit):
        call_command("migrate_storage", "--to", "local", stdout=out, stderr=out)
    assert "1 are damaged or missing" in out.getvalue()


def test_both_stores_must_be_there() -> None:
    with pytest.raises(CommandError, match="S3_BUCKET"):
        call_command("migrate_storage", "--to", "s3")


@pytest.mark.django_db(transaction=True)
def test_two_movers_and_uploads_at_once(both_stores: str) -> None:
    root = root_of(OwnerFactory())
    nodes = [make_file(root, f"{number}.txt", bytes([number]) * 1000) for number in range(12)]

    def work(job: Any) -> Any:
        try:
            return job()
        finally:
            connection.close()

    def upload() -> list[Node]:
        return [
            make_file(root, f"{number}.txt", bytes([number]) * 1000) for number in range(12, 18)
        ]

    with ThreadPoolExecutor(3) as pool:
        jobs = [lambda: move_blobs(to="s3"), lambda: move_blobs(to="s3"), upload]
        one, other, new = list(pool.map(work, jobs))
    assert one.blobs + other.blobs >= 12
    assert one.troubles + other.troubles + one.failed + other.failed == 0
    move_blobs(to="s3")
    assert stores() == {"s3"}
    assert all_whole([*nodes, *new])


def test_what_other_apps_keep_goes_along(
    nodes: list[Node], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relocation, "_others", {"pictures": lambda: ["avatars/1.webp", "gone"]})
    here, there = store_named("local"), store_named("s3")
    here.save("avatars/1.webp", ContentFile(b"a face"))
    out = io.StringIO()
    call_command("migrate_storage", "--to", "s3", stdout=out, stderr=out)
    assert "1 pictures copied." in out.getvalue()
    with there.open("avatars/1.webp") as file:
        assert file.read() == b"a face"
    assert relocation.move_others(to="s3") == {"pictures": 0}
    assert relocation.delete_others(to="s3", dry_run=True) == {"pictures": 1}
    assert here.exists("avatars/1.webp")
    call_command("migrate_storage", "--to", "s3", "--delete-verified", stdout=out)
    assert "Deleted 1 pictures there." in out.getvalue()
    assert not here.exists("avatars/1.webp")
