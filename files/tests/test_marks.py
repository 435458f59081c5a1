"""Stars, tags and what was opened: each person's own, within limits, in pages."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from files.errors import InvalidNameError, TagError
from files.models import Grant, Node, NodeTag, Opening, Star, Tag
from files.recent import KEPT, By, forget_old_openings, note_opening, recent_page
from files.stars import star_nodes, starred_page, unstar_nodes
from files.tags import (
    change_tag,
    create_tag,
    delete_tag,
    merge_tags,
    named_tags,
    set_tags,
    tag_nodes,
    tags_of,
    tags_on,
)
from files.tests.factories import OwnerFactory, make_file, make_folder
from files.trash import trash_nodes
from files.tree import root_of


def starred(user: Any, after: str = "") -> list[str]:
    return [node.name for node in starred_page(user=user, after=after).entries]


def test_stars_come_newest_first_and_once(root: Node) -> None:
    one, two = make_file(root, "one.txt"), make_file(root, "two.txt")
    assert star_nodes(user=root.owner, nodes=[one]) == [one.pk]
    assert star_nodes(user=root.owner, nodes=[one, two]) == [two.pk]
    assert starred(root.owner) == ["two.txt", "one.txt"]
    assert unstar_nodes(user=root.owner, nodes=[one, two]) == [one.pk, two.pk]
    assert unstar_nodes(user=root.owner, nodes=[one]) == []
    assert starred(root.owner) == []


def test_a_star_on_what_is_gone_is_not_shown(root: Node, stranger: Any) -> None:
    file = make_file(root, "a.txt")
    grant = Grant.objects.create(node=file, address="x", person=stranger, role="viewer")
    star_nodes(user=root.owner, nodes=[file])
    star_nodes(user=stranger, nodes=[file])
    assert starred(stranger) == ["a.txt"]
    grant.delete()
    assert starred(stranger) == []
    trash_nodes(owner=root.owner, nodes=[file])
    assert starred(root.owner) == []


def test_starred_pages_hold_everything_once(root: Node, django_assert_num_queries: Any) -> None:
    files = [make_file(root, f"{number}.txt", b"") for number in range(105)]
    star_nodes(user=root.owner, nodes=files)
    with django_assert_num_queries(1):
        first = starred_page(user=root.owner, after="")
    second = starred_page(user=root.owner, after=first.next_cursor)
    names = [node.name for node in [*first.entries, *second.entries]]
    assert names == [f"{number}.txt" for number in reversed(range(105))]
    assert (len(first.entries), second.next_cursor) == (100, "")


@pytest.mark.parametrize("after", ["x", "-1", "1" * 30, "²"])
def test_a_made_up_place_among_stars_is_refused(root: Node, after: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        starred_page(user=root.owner, after=after)


def recent(user: Any, by: By, after: str = "") -> list[str]:
    return [node.name for node in recent_page(user=user, by=by, after=after).entries]


def test_recent_is_opened_changed_or_added(root: Node) -> None:
    now = timezone.now()
    files = [make_file(root, f"{number}.txt", b"") for number in range(3)]
    for number, file in enumerate(files):
        Node.objects.filter(pk=file.pk).update(
            modified_at=now - timedelta(days=number), created_at=now - timedelta(days=-number)
        )
    note_opening(user=root.owner, node=files[1])
    assert recent(root.owner, By.CHANGED) == ["0.txt", "1.txt", "2.txt"]
    assert recent(root.owner, By.ADDED) == ["2.txt", "1.txt", "0.txt"]
    assert recent(root.owner, By.OPENED) == ["1.txt"]


@pytest.mark.parametrize("by", list(By))
def test_recent_pages_hold_everything_once(
    root: Node, by: By, django_assert_num_queries: Any
) -> None:
    files = [make_file(root, f"{number}.txt", b"") for number in range(57)]
    moment = timezone.now()
    Node.objects.filter(kind=Node.Kind.FILE).update(modified_at=moment, created_at=moment)
    Opening.objects.bulk_create(Opening(user=root.owner, node=file, at=moment) for file in files)
    with django_assert_num_queries(1):
        first = recent_page(user=root.owner, by=by, after="")
    second = recent_page(user=root.owner, by=by, after=first.next_cursor)
    ids = [node.pk for node in [*first.entries, *second.entries]]
    assert (len(first.entries), len(ids), len(set(ids))) == (50, 57, 57)
    assert not second.next_cursor


@pytest.mark.parametrize(
    "after", ["x", "2020-01-01T00:00:00Z_x", "0001-01-01T00:00:00+23:00_1", "_"]
)
@pytest.mark.parametrize("by", list(By))
def test_a_made_up_place_among_recent_is_refused(root: Node, by: By, after: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        recent_page(user=root.owner, by=by, after=after)


def test_looking_again_soon_is_one_look(root: Node, django_assert_num_queries: Any) -> None:
    file = make_file(root, "a.txt")
    note_opening(user=root.owner, node=file)
    with django_assert_num_queries(1):
        note_opening(user=root.owner, node=file)
    Opening.objects.update(at=timezone.now() - timedelta(hours=1))
    note_opening(user=root.owner, node=file)
    assert Opening.objects.get().at > timezone.now() - timedelta(minutes=1)


def test_old_looks_are_forgotten(root: Node, stranger: Any) -> None:
    folder = make_folder(root.owner, "many")
    files = [make_file(folder, "first.txt")]
    now = timezone.now()
    more = Node.objects.bulk_create(
        Node(
            owner=root.owner,
            parent=folder,
            kind=0,
            name=str(n),
            name_key=str(n),
            sort_key=str(n),
            search_key="x",
            modified_at=now,
        )
        for n in range(KEPT + 4)
    )
    Opening.objects.bulk_create(
        Opening(user=root.owner, node=node, at=now + timedelta(seconds=n))
        for n, node in enumerate(more)
    )
    note_opening(user=stranger, node=files[0])
    assert forget_old_openings() == 4
    assert forget_old_openings() == 0
    assert Opening.objects.filter(user=root.owner).count() == KEPT
    assert not Opening.objects.filter(node__in=more[:4]).exists()


def names_on(user: Any, node: Node) -> list[str]:
    return [tag.name for tag in tags_on(user, [node.pk]).get(node.pk, [])]


def counts(user: Any) -> dict[str, int]:
    tags: list[Any] = tags_of(user)
    return {tag.name: tag.count for tag in tags}


def test_tags_go_on_many_and_come_off(root: Node) -> None:
    files = [make_file(root, "a.txt"), make_file(root, "b.txt")]
    work, home = (create_tag(user=root.owner, name=name) for name in ("work", "Home"))
    links, gone = tag_nodes(user=root.owner, nodes=files, add=[work, home])
    assert (len(links), gone) == (4, 0)
    assert names_on(root.owner, files[0]) == ["Home", "work"]
    links, gone = tag_nodes(user=root.owner, nodes=files, add=[work], remove=[home])
    assert (len(links), gone) == (0, 2)
    assert counts(root.owner) == {"Home": 0, "work": 2}
    trash_nodes(owner=root.owner, nodes=files[:1])
    assert counts(root.owner) == {"Home": 0, "work": 1}


def test_a_name_is_there_once_whatever_its_case(root: Node) -> None:
    create_tag(user=root.owner, name="Work")
    with pytest.raises(TagError, match="already"):
        create_tag(user=root.owner, name=" wORK ")
    other = create_tag(user=root.owner, name="other")
    with pytest.raises(TagError, match="Merge"):
        change_tag(tag=other, name="WORK", colour="red")
    assert change_tag(tag=other, name="Other", colour="red").colour == "red"
    with pytest.raises(InvalidNameError):
        create_tag(user=root.owner, name=" \u202e ")
    with pytest.raises(TagError, match="at most 50"):
        create_tag(user=root.owner, name="x" * 51)


def test_merging_loses_nothing(root: Node) -> None:
    files = [make_file(root, name) for name in ("a.txt", "b.txt", "c.txt")]
    one, two = (create_tag(user=root.owner, name=name) for name in ("one", "two"))
    tag_nodes(user=root.owner, nodes=files[:2], add=[one])
    tag_nodes(user=root.owner, nodes=files[1:], add=[two])
    assert merge_tags(tag=one, into=two) == 1
    assert [names_on(root.owner, file) for file in files] == [["two"]] * 3
    assert not Tag.objects.filter(name="one").exists()
    with pytest.raises(TagError):
        merge_tags(tag=two, into=two)


def test_tags_of_others_are_out_of_reach(root: Node, stranger: Any) -> None:
    file = make_file(root, "a.txt")
    mine, theirs = create_tag(user=root.owner, name="x"), create_tag(user=stranger, name="x")
    tag_nodes(user=root.owner, nodes=[file], add=[mine])
    with pytest.raises(TagError):
        merge_tags(tag=mine, into=theirs)
    _, gone = tag_nodes(user=stranger, nodes=[file], add=[theirs], remove=[mine])
    assert gone == 0
    assert names_on(root.owner, file) == ["x"] == names_on(stranger, file)
    delete_tag(tag=theirs)
    assert names_on(root.owner, file) == ["x"]


def test_there_are_only_so_many(root: Node, settings: Any) -> None:
    settings.FILES_TAGS, settings.FILES_TAGS_PER_NODE = 3, 2
    file = make_file(root, "a.txt")
    tags = named_tags(user=root.owner, names=["a", "b", "c"])
    with pytest.raises(TagError, match="You have 3 tags"):
        create_tag(user=root.owner, name="d")
    with pytest.raises(TagError, match="at most 2"):
        tag_nodes(user=root.owner, nodes=[file], add=tags)
    assert not NodeTag.objects.exists(), "all of them, or none"


def test_tags_are_set_by_name(root: Node) -> None:
    file = make_file(root, "a.txt")
    set_tags(user=root.owner, node=file, names=["b", "A"])
    set_tags(user=root.owner, node=file, names=["a", "c"])
    assert names_on(root.owner, file) == ["A", "c"]
    set_tags(user=root.owner, node=file, names=[])
    assert names_on(root.owner, file) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_at_once_is_there_once() -> None:
    owner = OwnerFactory()
    file = make_file(root_of(owner), "a.txt")
    barrier = threading.Barrier(4)

    def mark(number: int) -> None:
        try:
            barrier.wait()
            star_nodes(user=owner, nodes=[file])
            set_tags(user=owner, node=file, names=["work", "home"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(mark, range(4)))
    assert Star.objects.count() == 1
    assert (Tag.objects.count(), NodeTag.objects.count()) == (2, 2)
