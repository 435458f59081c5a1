from typing import Any

import pytest
from django.db import IntegrityError, transaction

from files import moving
from files.blobs import read_blob
from files.conflicts import Conflict
from files.errors import IntoItselfError, InvalidNameError, NameTakenError
from files.models import Blob, Node
from files.moving import copy_nodes, move_nodes
from files.tests.factories import make_file, make_folder, read_file
from files.trash import trash_nodes
from files.tree import ancestors, create_folder, rename_node, root_of, subtree_ids
from files.vault import walk_vault


def names(folder: Node) -> list[str]:
    return sorted(Node.objects.living().filter(parent=folder).values_list("name", flat=True))


def move(owner: Any, nodes: list[Node], target: Node, conflict: str = "ask") -> list[Node]:
    return move_nodes(owner=owner, nodes=nodes, target=target, conflict=Conflict(conflict))


def copy(owner: Any, nodes: list[Node], target: Node, conflict: str = "ask") -> list[Node]:
    return copy_nodes(owner=owner, nodes=nodes, target=target, conflict=Conflict(conflict))


def test_each_owner_has_one_root(owner: Any, stranger: Any) -> None:
    assert root_of(owner) == root_of(owner)
    assert root_of(owner) != root_of(stranger)
    with pytest.raises(IntegrityError), transaction.atomic():
        Node.objects.create(owner=owner, kind=0, modified_at="2026-01-01T00:00:00Z")


def test_the_way_to_a_node_costs_one_query(
    owner: Any, root: Node, django_assert_num_queries: Any
) -> None:
    deep = make_folder(owner, *(f"level {number}" for number in range(40)))
    with django_assert_num_queries(1):
        way = ancestors(deep)
    assert [node.name for node in way] == ["", *(f"level {number}" for number in range(40))]
    assert way[0] == root


def test_a_subtree_costs_one_query(owner: Any, root: Node, django_assert_num_queries: Any) -> None:
    top = make_folder(owner, "top")
    inside = make_file(top, "a/b/c.txt")
    make_file(root, "outside.txt")
    with django_assert_num_queries(1):
        ids = subtree_ids([top])
    assert len(ids) == 4
    assert inside.pk in ids


def test_new_folders(owner: Any, root: Node) -> None:
    assert create_folder(parent=root, name=" Photos ").name == "Photos"
    with pytest.raises(NameTakenError):
        create_folder(parent=root, name="PHOTOS")
    with pytest.raises(InvalidNameError):
        create_folder(parent=root, name="../x")
    assert names(root) == ["Photos"]


def test_the_database_keeps_names_unique_too(root: Node) -> None:
    one = make_file(root, "a.txt")
    other = make_file(root, "b.txt")
    other.name_key = one.name_key
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_folders_have_a_deepest_level(owner: Any) -> None:
    deepest = make_folder(owner, *["x"] * 100)
    with pytest.raises(InvalidNameError):
        create_folder(parent=deepest, name="x")


def test_renaming(root: Node) -> None:
    node = make_file(root, "a.txt")
    make_file(root, "b.txt")
    assert rename_node(node=node, name="A.TXT").name == "A.TXT", "only the case"
    with pytest.raises(NameTakenError):
        rename_node(node=node, name="B.txt")
    with pytest.raises(InvalidNameError):
        rename_node(node=node, name="\u202e")
    with pytest.raises(Node.DoesNotExist):
        rename_node(node=root, name="root")


def test_moving_keeps_the_content(owner: Any, root: Node) -> None:
    folder = make_folder(owner, "target")
    node = make_file(root, "a.txt", b"precious")
    assert move(owner, [node], folder) == [node]
    assert names(folder) == ["a.txt"]
    assert read_file(node) == b"precious"


def test_moving_where_it_is_changes_nothing(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt")
    assert move(owner, [node], root) == []
    assert names(root) == ["a.txt"]


@pytest.mark.parametrize("operation", [move, copy])
def test_no_folder_goes_into_itself(owner: Any, root: Node, operation: Any) -> None:
    top = make_folder(owner, "top")
    below = create_folder(parent=create_folder(parent=top, name="mid"), name="low")
    for target in (top, below):
        with pytest.raises(IntoItselfError):
            operation(owner, [top], target)
    assert ancestors(below)[1] == top


@pytest.mark.parametrize("operation", [move, copy])
def test_all_or_nothing(owner: Any, root: Node, operation: Any) -> None:
    folder = make_folder(owner, "target")
    make_file(folder, "b.txt")
    one, other = make_file(root, "a.txt"), make_file(root, "b.txt")
    with pytest.raises(NameTakenError) as raised:
        operation(owner, [one, other], folder)
    assert raised.value.names == ["b.txt"]
    assert names(folder) == ["b.txt"]


@pytest.mark.parametrize("operation", [move, copy])
def test_conflicts_settled(owner: Any, root: Node, operation: Any) -> None:
    folder = make_folder(owner, "target")
    there = make_file(folder, "a.txt", b"old")
    node = make_file(root, "a.txt", b"new")
    assert operation(owner, [node], folder, "skip") == []
    assert read_file(there) == b"old"
    operation(owner, [node], folder, "replace")
    assert names(folder) == ["a.txt"]
    assert read_file(there) == b"new"
    assert there.versions.count() == 2
    again = make_file(root, "a.txt", b"third", Conflict.KEEP_BOTH)
    rename_node(node=again, name="A.txt") if again.name == "a.txt" else None
    operation(owner, [again], folder, "keep_both")
    assert len(names(folder)) == 2


def test_a_file_that_replaced_another_by_a_move_is_in_the_trash(owner: Any, root: Node) -> None:
    folder = make_folder(owner, "target")
    make_file(folder, "a.txt", b"old")
    node = make_file(root, "a.txt", b"new")
    move(owner, [node], folder, "replace")
    assert list(Node.objects.in_trash()) == [node]


@pytest.mark.parametrize("operation", [move, copy])
def test_folders_are_not_replaced(owner: Any, root: Node, operation: Any) -> None:
    target = make_folder(owner, "target")
    create_folder(parent=target, name="same")
    with pytest.raises(NameTakenError):
        operation(owner, [make_folder(owner, "same")], target, "replace")


def test_two_of_one_name_from_different_folders(owner: Any, root: Node) -> None:
    one = make_file(root, "x/a.txt", b"1")
    other = make_file(root, "y/a.txt", b"2")
    target = make_folder(owner, "target")
    with pytest.raises(NameTakenError):
        move(owner, [one, other], target)
    move(owner, [one, other], target, "keep_both")
    assert names(target) == ["a (2).txt", "a.txt"]


def test_a_large_copy_is_made_in_batches(
    owner: Any, root: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH", 2)
    for number in range(3):
        for folder in ("from", "from/a", "from/b", "from/b/c"):
            make_file(root, f"{folder}/{number}.txt", f"{folder} {number}".encode())
    top = Node.objects.get(name="from")
    target = create_folder(parent=root, name="to")
    copy(owner, [top], target)
    whole = {path: read_blob(blob) for path, blob in walk_vault(owner=owner)}
    content = {path: b"".join(pieces) for path, pieces in whole.items()}
    originals = {path: held for path, held in content.items() if path.startswith("from/")}
    assert len(originals) == 12
    assert content == originals | {f"to/{path}": held for path, held in originals.items()}


def test_a_copy_shares_the_bytes_and_nothing_else(owner: Any, root: Node) -> None:
    top = make_folder(owner, "top")
    make_file(top, "sub/a.txt", b"precious")
    gone = make_file(top, "gone.txt")
    trash_nodes(owner=owner, nodes=[gone])
    blobs = Blob.objects.count()
    (made,) = copy(owner, [top], root)
    assert made.name == "top (2)"
    assert Blob.objects.count() == blobs
    assert len(subtree_ids([made])) == 3
    copied = Node.objects.get(pk__in=subtree_ids([made]), kind=Node.Kind.FILE)
    assert read_file(copied) == b"precious"
    assert copied.versions.get().number == 1


def test_what_is_someone_elses_is_not_moved(owner: Any, stranger: Any, root: Node) -> None:
    theirs = make_file(root_of(stranger), "a.txt")
    with pytest.raises(Node.DoesNotExist):
        move(owner, [theirs], root)
    assert Node.objects.get(pk=theirs.pk).owner_id == stranger.pk
