"""Search: names as people write them, filters, what is shared, keysets."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from files.checks import INDEXES, check_search
from files.groups import Group
from files.listing import Cursor
from files.models import Grant, Node
from files.names import SEARCH_BYTES, search_key
from files.search import ORDER, Criteria, fill_search_keys, search_page
from files.short_words import PAIRS, HoldsShort
from files.stars import star_nodes
from files.tags import create_tag, tag_nodes
from files.tests.factories import make_file, make_folder
from files.trash import trash_nodes

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
ZIP = b"PK\x03\x04" + bytes(100)


def found(owner: Any, words: str = "", **more: Any) -> list[str]:
    criteria = Criteria(words=words, **more)
    page = search_page(owner=owner, criteria=criteria, after=None)
    return [node.name for node in page.entries]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Crème brûlée.txt", "creme BRULEE"),
        ("Creme.txt", "crème"),
        ("Straße.txt", "STRASSE"),
        ("Łódź.txt", "lodz"),
        ("Ærø.txt", "aero"),
        ("İstanbul.txt", "istanbul"),
        ("ΝΑΌΣ.txt", "ναος"),
        ("Ёлка.txt", "елка"),
        ("ＡＢＣ１.txt", "abc1"),
        ("ﬁn.txt", "fin"),
        ("שָׁלוֹם.txt", "שלום"),
        ("مُحَمَّد.txt", "محمد"),
        ("한글 문서.txt", "문서"),
        ("年間報告書.txt", "報告"),
        ("रिपोर्ट.txt", "पोर्ट"),
        ("👩‍💻 notes.txt", "👩‍💻"),
    ],
)
def test_names_are_found_as_people_write_them(root: Node, name: str, query: str) -> None:
    make_file(root, name)
    assert found(root.owner, query) == [name]


@pytest.mark.parametrize(
    ("name", "query"), [("が.txt", "か"), ("कि.txt", "के"), ("not.txt", "note")]
)
def test_other_letters_are_other_letters(root: Node, name: str, query: str) -> None:
    make_file(root, name)
    assert found(root.owner, query) == []


@given(st.text(max_size=255))
def test_a_search_key_fits_its_index_and_stays_itself(text: str) -> None:
    key = search_key(text.replace("\0", ""))
    assert len(key.encode(errors="replace")) <= max(
        SEARCH_BYTES, 3 * len(text.encode("utf-8", "replace"))
    )
    assert search_key(key) == key or len(key.encode(errors="replace")) >= SEARCH_BYTES - 4


def test_the_longest_name_is_kept_and_found(root: Node) -> None:
    name = "\ufdfa" * 85
    make_file(root, name)
    assert found(root.owner, "صلى") == [name]


def test_filters_narrow_alone_and_together(root: Node) -> None:
    picture = make_file(root, "beach.png", PNG)
    make_file(root, "beach.zip", ZIP)
    make_file(root, "beach.py", b"print()\n")
    make_file(root, "beach.txt", b"x" * 5000)
    make_folder(root.owner, "beach")
    assert found(root.owner, group=Group.IMAGE) == ["beach.png"]
    assert found(root.owner, group=Group.ARCHIVE) == ["beach.zip"]
    assert found(root.owner, group=Group.CODE) == ["beach.py"]
    assert found(root.owner, group=Group.DOCUMENT) == ["beach.txt"]
    assert found(root.owner, group=Group.FOLDER) == ["beach"]
    assert found(root.owner, group=Group.AUDIO) == []
    assert found(root.owner, "beach", min_size=5000) == ["beach.txt"]
    assert found(root.owner, "beach", max_size=8) == ["beach.py"], "a folder has no size"
    assert found(root.owner, min_size=8, max_size=108) == ["beach.py", "beach.zip", "beach.png"]
    assert found(root.owner, "zip", group=Group.IMAGE) == []
    old = datetime(2020, 5, 1, 12, tzinfo=UTC)
    Node.objects.filter(pk=picture.pk).update(modified_at=old)
    assert found(root.owner, before=old + timedelta(seconds=1)) == ["beach.png"]
    assert found(root.owner, before=old) == []
    assert found(root.owner, since=old, before=old + timedelta(1)) == ["beach.png"]


def test_nothing_asked_finds_nothing(root: Node) -> None:
    make_file(root, "a.txt")
    assert found(root.owner) == []
    assert found(root.owner, "  \0 ") == []


def test_tags_and_stars_are_ones_own(root: Node, stranger: Any) -> None:
    file = make_file(root, "a.txt")
    make_file(root, "b.txt")
    tag = create_tag(user=root.owner, name="work")
    tag_nodes(user=root.owner, nodes=[file], add=[tag])
    star_nodes(user=root.owner, nodes=[file])
    Grant.objects.create(node=root_child(root), address="x", person=stranger, role="viewer")
    assert found(root.owner, tag=tag.pk) == ["a.txt"]
    assert found(root.owner, starred=True) == ["a.txt"]
    assert found(stranger, tag=tag.pk) == [], "another person's tag finds nothing"
    assert found(stranger, starred=True) == []


def root_child(root: Node) -> Node:
    return Node.objects.get(parent=root, name="a.txt")


def test_what_is_shared_is_found_until_it_is_not(root: Node, stranger: Any) -> None:
    folder = make_folder(root.owner, "shared")
    make_file(folder, "deep/report one.txt")
    make_file(root, "report two.txt")
    make_file_of(stranger, "report zero.txt")
    assert found(stranger, "report") == ["report zero.txt"]
    grant = Grant.objects.create(node=folder, address="x", person=stranger, role="viewer")
    assert found(stranger, "report") == ["report zero.txt", "report one.txt"]
    trash_nodes(owner=root.owner, nodes=[folder])
    assert found(stranger, "report") == ["report zero.txt"]
    grant.delete()


def make_file_of(person: Any, name: str) -> Node:
    return make_file(make_folder(person), name)


def test_pages_of_own_and_shared_meet_in_one_order(root: Node, stranger: Any) -> None:
    folder = make_folder(root.owner, "shared")
    Grant.objects.create(node=folder, address="x", person=stranger, role="viewer")
    for number in range(40):
        make_file(folder, f"entry {number * 2}.txt", b"")
        make_file_of(stranger, f"entry {number * 2 + 1}.txt")
    seen: list[str] = []
    after: Cursor | None = None
    while True:
        page = search_page(owner=stranger, criteria=Criteria(words="entry"), after=after)
        seen += [node.name for node in page.entries]
        if not page.next_cursor:
            break
        after = Cursor.decode(page.next_cursor, ORDER)
    assert seen == [f"entry {number}.txt" for number in reversed(range(80))]


def test_one_letter_is_found_on_every_page_the_newest_first(
    root: Node, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("files.search.PAGE", 2)
    for number in range(5):
        make_file(root, f"é {number}.txt")
    trash_nodes(owner=root.owner, nodes=[make_file(root, "e in the trash.txt")])
    make_file(root, "other.doc")
    criteria, names, after = Criteria(words="E t"), [], None
    while True:
        # One of the person's own, one that asks whether anything is shared.
        with django_assert_num_queries(2):
            page = search_page(owner=root.owner, criteria=criteria, after=after)
            names += [(node.name, node.parent == root) for node in page.entries]
        if not page.next_cursor:
            break
        after = Cursor.decode(page.next_cursor, ORDER)
    # The last was made after the others, and both of its letters are in its name.
    expected = ["other.doc", *(f"é {number}.txt" for number in (4, 3, 2, 1, 0))]
    assert names == [(name, True) for name in expected]


def test_short_words_and_filters_narrow_together(root: Node) -> None:
    make_file(root, "報告.txt", b"12345")
    make_file(root, "報告 2.txt", b"1")
    assert found(root.owner, "報告", min_size=2) == ["報告.txt"]
    assert found(root.owner, "報告") == ["報告 2.txt", "報告.txt"]


def test_rows_of_an_older_release_are_filled_in(root: Node) -> None:
    made = [make_file(root, f"Ünder {number}.txt", b"") for number in range(3)]
    Node.objects.filter(pk__in=[node.pk for node in made[:2]]).update(search_key="")
    assert found(root.owner, "under") == ["Ünder 2.txt"]
    assert fill_search_keys() == 2
    assert fill_search_keys() == 0
    assert len(found(root.owner, "under")) == 3


@pytest.fixture
def on_postgresql(db: None) -> None:
    if connection.vendor != "postgresql":
        assert check_search(None, databases=["default"]) == []
        pytest.skip("PostgreSQL alone has indexes of its own for search")


@pytest.mark.usefixtures("on_postgresql")
def test_postgresql_has_its_indexes_or_says_so() -> None:
    assert check_search(None, databases=["default"]) == []
    with connection.cursor() as cursor:
        for name in INDEXES:
            cursor.execute(f"DROP INDEX {name}")
    told = [one.id for one in check_search(None, databases=["default"])]
    assert told == ["files.W001", "files.W002"]
    assert check_search(None) == [], "only where the database is asked for"


@pytest.mark.usefixtures("on_postgresql")
def test_pairs_are_all_letters_and_all_that_stand_together() -> None:
    keys = ["".join(letters) for size in range(6) for letters in product("a報-", repeat=size)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT key, {PAIRS.format(key='key')} FROM unnest(%s::text[]) AS key", [keys]
        )
        for key, pairs in cursor.fetchall():
            together = {first + second for first, second in pairwise(key)}
            assert set(pairs) - {""} == set(key) | together, key


@pytest.mark.usefixtures("on_postgresql")
def test_short_words_are_looked_for_in_their_index(root: Node) -> None:
    make_file(root, "a報告 b.txt")
    asked = Node.objects.filter(HoldsShort("search_key", ["報告", "b"]))
    assert [node.name for node in asked] == ["a報告 b.txt"]
    assert not Node.objects.filter(HoldsShort("search_key", ["報b"])).exists()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "node_search_pairs" in asked.explain()


def test_short_and_long_words_together(root: Node) -> None:
    make_file(root, "holiday in Rome.txt")
    make_file(root, "holiday at home.txt")
    assert found(root.owner, "holiday in") == ["holiday in Rome.txt"]
    assert found(root.owner, "holiday qz") == []
    assert found(root.owner, "\x01 in") == []
