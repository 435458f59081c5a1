"""Many at once, with real transactions: run on SQLite and on PostgreSQL."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from files.conflicts import Conflict
from files.errors import FilesError, IntoItselfError, NameTakenError, QuotaError
from files.models import Blob, Node, Version
from files.moving import move_nodes
from files.quota import set_quota, usage_of
from files.sweep import sweep_blobs
from files.tests.factories import OwnerFactory, make_file, make_folder, read_file, store_blob
from files.trash import purge_trash, trash_nodes
from files.tree import ancestors, create_folder, root_of
from files.uploads.finish import place_blob
from files.uploads.receive import receive_stream

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


@pytest.fixture
def owner() -> Any:
    return OwnerFactory()


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Run all at the same moment; return what each returned, or the FilesError it raised."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return work()
        except FilesError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def uploads(root: Node, conflict: Conflict) -> list[Any]:
    def upload() -> Node | None:
        return receive_stream(
            owner=root.owner,
            folder=root,
            path="same/name.txt",
            stream=io.BytesIO(b"x" * 100_000),
            size=100_000,
            conflict=conflict,
        )

    return at_once([upload] * THREADS)


def test_of_many_that_ask_one_wins(owner: Any) -> None:
    results = uploads(root_of(owner), Conflict.ASK)
    assert len([result for result in results if isinstance(result, Node)]) == 1
    assert len([result for result in results if isinstance(result, NameTakenError)]) == THREADS - 1
    assert Node.objects.files().count() == Blob.objects.count() == 1
    assert Node.objects.folders().below_root().count() == 1


def test_many_that_keep_both_all_stay(owner: Any) -> None:
    results = uploads(root_of(owner), Conflict.KEEP_BOTH)
    assert len({result.name for result in results}) == THREADS
    assert Blob.objects.count() == THREADS


def test_many_that_replace_make_a_version_each(owner: Any) -> None:
    results = uploads(root_of(owner), Conflict.REPLACE)
    assert len({result.pk for result in results}) == 1
    numbers = Version.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, THREADS + 1))


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE])
def test_many_uploads_at_once_stay_within_the_quota(owner: Any, conflict: Conflict) -> None:
    root = root_of(owner)
    set_quota(owner_id=owner.pk, quota=350_000)
    results = uploads(root, conflict)
    assert len([result for result in results if isinstance(result, Node)]) == 3
    assert len([result for result in results if isinstance(result, QuotaError)]) == THREADS - 3
    assert usage_of(owner).used == 300_000
    assert Blob.objects.count() == Version.objects.count() == 3


def test_purging_many_at_once_gives_back_once(owner: Any) -> None:
    root = root_of(owner)
    nodes = [make_file(root, f"{number}.txt", b"12345") for number in range(THREADS)]
    trash_nodes(owner=owner, nodes=nodes)
    works = [lambda: purge_trash(owner=owner)] * THREADS
    at_once([*works, lambda: make_file(root, "new.txt", b"123")])
    assert usage_of(owner).used == 3
    assert Blob.objects.exclude(released_at=None).count() == THREADS


def test_a_blob_is_either_swept_or_named_again(owner: Any) -> None:
    root = root_of(owner)
    for number in range(5):
        content = str(number).encode()
        blob = store_blob(owner=owner, stream=io.BytesIO(content), name="", expected=1, limit=1)

        def name_again(blob: Blob = blob, name: str = f"{blob.pk}") -> Node | None:
            try:
                return place_blob(
                    folder=root, folders=[], name=name, blob=blob, conflict=Conflict.ASK
                )
            except Blob.DoesNotExist:
                return None

        def sweep() -> int:
            return sweep_blobs(grace=timedelta(0))

        node, swept = at_once([name_again, sweep])
        assert (node is None) == (swept == 1)
        if node is not None:
            assert read_file(node) == content
    assert usage_of(owner).used == Blob.objects.count() == Node.objects.files().count()


def test_two_moves_make_no_circle(owner: Any) -> None:
    root_of(owner)
    one, other = make_folder(owner, "one"), make_folder(owner, "other")

    def move(node: Node, target: Node) -> Callable[[], Any]:
        return lambda: move_nodes(owner=owner, nodes=[node], target=target, conflict=Conflict.ASK)

    results = at_once([move(one, other), move(other, one)])
    assert len([result for result in results if isinstance(result, IntoItselfError)]) == 1
    assert ancestors(one)[0] == ancestors(other)[0] == root_of(owner)


def test_a_first_visit_by_many_makes_one_root(owner: Any) -> None:
    roots = at_once([lambda: root_of(owner)] * THREADS)
    assert len({root.pk for root in roots}) == 1


def test_a_folder_of_one_name_is_made_once(owner: Any) -> None:
    root = root_of(owner)
    results = at_once([lambda: create_folder(parent=root, name="Photos")] * THREADS)
    assert len([result for result in results if isinstance(result, Node)]) == 1


def test_a_reader_is_not_held_up_by_a_writer(owner: Any) -> None:
    node = make_file(root_of(owner), "a.txt")
    results = at_once([lambda: Node.objects.get(pk=node.pk)] * THREADS)
    assert results == [node] * THREADS
