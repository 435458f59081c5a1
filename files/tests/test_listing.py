from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from files.listing import Cursor, Order, Sort, folder_page, neighbours
from files.models import Blob, Node
from files.names import name_fields
from files.search import ORDER, Criteria, search_page
from files.tests.factories import make_file, make_folder
from files.trash import trash_nodes


def fill(folder: Node, count: int, folders: int = 5) -> None:
    """Put `count` entries into the folder, the first `folders` of them folders, with ties."""
    blob = Blob.objects.create(owner=folder.owner, key=f"fill/{folder.pk}", size=1, sha256="0" * 64)
    now = timezone.now()
    Node.objects.bulk_create(
        Node(
            owner=folder.owner,
            parent=folder,
            kind=Node.Kind.FOLDER if number < folders else Node.Kind.FILE,
            **name_fields(f"Entry {number}"),
            size=0 if number < folders else number % 7,
            content=None if number < folders else blob,
            modified_at=now + timedelta(seconds=number % 11),
        )
        for number in range(count)
    )


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_hold_every_entry_once_in_order(root: Node, sort: Sort, direction: str) -> None:
    descending = direction == "desc"
    fill(root, 257, folders=60)
    order = Order(sort, descending=descending)
    seen: list[Node] = []
    after = None
    while True:
        page = folder_page(folder=root, order=order, after=after, limit=25)
        assert len(page.entries) <= 25
        seen += page.entries
        if not page.next_cursor:
            break
        after = Cursor.decode(page.next_cursor, order)
    assert len({node.pk for node in seen}) == len(seen) == 257
    kinds = [node.kind for node in seen]
    assert kinds == sorted(kinds), "folders first, whichever way"
    for kind in Node.Kind:
        keys = [(getattr(node, sort.field), node.pk.hex) for node in seen if node.kind == kind]
        assert keys == sorted(keys, reverse=descending)


@pytest.mark.parametrize("count", [10, 10_000])
def test_a_page_costs_two_queries_whatever_the_folder_holds(
    root: Node, count: int, django_assert_num_queries: Any
) -> None:
    fill(root, count)
    order = Order()
    with django_assert_num_queries(2):
        page = folder_page(folder=root, order=order, after=None)
    assert len(page.entries) == min(count, 100)
    if page.next_cursor:
        with django_assert_num_queries(1):
            folder_page(folder=root, order=order, after=Cursor.decode(page.next_cursor, order))


@pytest.mark.parametrize("text", ["", "x", "W10=", "WzEsMiwzXQ==", "é", "a" * 5000])
@pytest.mark.parametrize("sort", list(Sort))
def test_a_cursor_made_up_is_refused(text: str, sort: Sort) -> None:
    with pytest.raises(ValueError, match="no place"):
        Cursor.decode(text, Order(sort))


def test_neighbours_are_the_files_beside_it(owner: Any, root: Node) -> None:
    make_folder(owner, "aaa")
    files = [make_file(root, name) for name in ("a.txt", "b.txt", "c.txt")]
    assert neighbours(node=files[1], order=Order()) == (files[0], files[2])
    assert neighbours(node=files[1], order=Order(descending=True)) == (files[2], files[0])
    assert neighbours(node=files[0], order=Order()) == (None, files[1])
    assert neighbours(node=files[2], order=Order())[1] is None


def found(owner: Any, query: str) -> list[str]:
    return [
        node.name
        for node in search_page(owner=owner, criteria=Criteria(words=query), after=None).entries
    ]


def test_search_finds_words_in_any_order_and_case(owner: Any, root: Node) -> None:
    make_file(root, "Deep/Summer Report 2026.pdf")
    make_file(root, "Straße.txt")
    make_file(root, "100%_sure.txt")
    assert found(owner, "report SUMMER") == ["Summer Report 2026.pdf"]
    assert found(owner, "STRASSE") == ["Straße.txt"]
    assert found(owner, "%") == ["100%_sure.txt"], "a character, not a pattern"
    assert found(owner, "_") == ["100%_sure.txt"]
    assert found(owner, "deep") == ["Deep"]
    assert found(owner, "summer winter") == []
    assert found(owner, "  ") == []
    assert found(owner, "re\0port summer") == ["Summer Report 2026.pdf"]


def test_search_leaves_out_the_trash_and_other_vaults(
    owner: Any, stranger: Any, root: Node
) -> None:
    folder = make_folder(owner, "folder")
    make_file(folder, "report.txt")
    trash_nodes(owner=owner, nodes=[folder])
    assert found(owner, "report") == []
    assert found(stranger, "report") == []


def test_search_goes_on_where_a_page_ended(
    owner: Any, root: Node, django_assert_num_queries: Any
) -> None:
    fill(root, 120)
    seen: list[Node] = []
    after = None
    for expected in (50, 50, 20):
        # The second asks whether anything is shared.
        with django_assert_num_queries(2):
            page = search_page(owner=owner, criteria=Criteria(words="entry"), after=after)
        assert len(page.entries) == expected
        seen += page.entries
        after = Cursor.decode(page.next_cursor, ORDER) if page.next_cursor else None
    assert after is None
    assert len({node.pk for node in seen}) == 120


def test_pages_go_on_after_names_of_joined_characters(owner: Any, root: Node) -> None:
    names = [f"{number} 👩‍💻 न्‍.txt" for number in range(4)]
    for name in names:
        make_file(root, name, b"")
    page = folder_page(folder=root, order=Order(), after=None, limit=2)
    after = Cursor.decode(page.next_cursor, Order())
    rest = folder_page(folder=root, order=Order(), after=after, limit=2)
    assert [node.name for node in page.entries + rest.entries] == names
    assert found(owner, "👩‍💻") == names[::-1], "the newest first"
