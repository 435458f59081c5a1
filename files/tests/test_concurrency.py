"""Many at once, with real transactions: run on SQLite and on PostgreSQL."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from files.conflicts import Conflict
from files.errors import FilesError, IntoItselfError, NameTakenError
from files.models import Blob, Node, Version
from files.moving import move_nodes
from files.tests.factories import OwnerFactory, make_file, make_folder
from files.tree import ancestors, create_folder, root_of
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
