from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files.conflicts import Conflict
from files.models import Node, Version
from files.moving import copy_nodes
from files.quota import usage_of
from files.tests.factories import make_file, make_folder, read_file
from files.trash import (
    bytes_in_trash,
    purge_nodes,
    purge_old_trash,
    purge_trash,
    restore_nodes,
    trash_nodes,
)
from files.tree import ancestors, root_of


def path_of(node: Node) -> str:
    return "/".join(step.name for step in ancestors(Node.objects.get(pk=node.pk)))


def test_a_folder_takes_all_it_holds_and_brings_it_back(owner: Any, root: Node) -> None:
    top = make_folder(owner, "top")
    inside = make_file(top, "a/b.txt", b"precious")
    assert trash_nodes(owner=owner, nodes=[top]) == [top.pk]
    assert list(Node.objects.living().below_root()) == []
    assert list(Node.objects.in_trash()) == [top]
    restore_nodes(owner=owner, nodes=[top])
    assert path_of(inside) == "/top/a/b.txt"
    assert read_file(inside) == b"precious"
    assert Node.objects.living().below_root().count() == 3


def test_a_file_deleted_before_its_folder_comes_back_on_its_own(owner: Any, root: Node) -> None:
    top = make_folder(owner, "top")
    one, other = make_file(top, "one.txt"), make_file(top, "other.txt")
    trash_nodes(owner=owner, nodes=[one])
    trash_nodes(owner=owner, nodes=[top])
    restore_nodes(owner=owner, nodes=[top])
    assert list(Node.objects.in_trash()) == [one]
    assert path_of(other) == "/top/other.txt"
    restore_nodes(owner=owner, nodes=[one])
    assert path_of(one) == "/top/one.txt"


def test_where_the_folder_is_gone_the_nearest_above_takes_it(owner: Any, root: Node) -> None:
    low = make_folder(owner, "top", "mid", "low")
    node = make_file(low, "a.txt")
    trash_nodes(owner=owner, nodes=[node])
    trash_nodes(owner=owner, nodes=[low.parent])  # type: ignore[list-item]
    restore_nodes(owner=owner, nodes=[node])
    assert path_of(node) == "/top/a.txt"


def test_a_name_taken_since_gets_a_number(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt", b"old")
    trash_nodes(owner=owner, nodes=[node])
    make_file(root, "a.txt", b"new")
    (restored,) = restore_nodes(owner=owner, nodes=[node])
    assert restored.name == "a (2).txt"
    assert read_file(restored) == b"old"


def test_a_folder_and_what_is_in_it_at_once(owner: Any, root: Node) -> None:
    top = make_folder(owner, "top")
    node = make_file(top, "a.txt")
    assert trash_nodes(owner=owner, nodes=[top, node]) == [top.pk]
    assert trash_nodes(owner=owner, nodes=[top]) == [], "twice does it once"


def test_the_root_stays(owner: Any, root: Node) -> None:
    assert trash_nodes(owner=owner, nodes=[root]) == []


def test_purging_takes_the_whole_and_only_that(owner: Any, root: Node) -> None:
    top = make_folder(owner, "top")
    apart = make_file(top, "apart.txt", b"mine")
    make_file(top, "with.txt")
    trash_nodes(owner=owner, nodes=[apart])
    trash_nodes(owner=owner, nodes=[top])
    assert purge_nodes(owner=owner, nodes=[top]) == 2
    assert list(Node.objects.in_trash()) == [apart], "deleted on its own: its own to keep"
    restore_nodes(owner=owner, nodes=[apart])
    assert path_of(apart) == "/apart.txt"
    assert read_file(apart) == b"mine"
    assert Version.objects.count() == 1


def test_living_things_are_not_purged(owner: Any, root: Node) -> None:
    node = make_file(root, "a.txt")
    assert purge_nodes(owner=owner, nodes=[node]) == 0
    assert Node.objects.filter(pk=node.pk).exists()


def test_emptying_is_for_the_owner_alone(owner: Any, stranger: Any, root: Node) -> None:
    trash_nodes(owner=owner, nodes=[make_file(root, "a.txt")])
    root_of(stranger)
    assert purge_trash(owner=stranger) == 0
    assert Node.objects.in_trash().count() == 1
    assert purge_trash(owner=owner) == 1


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_the_old_goes_by_itself(
    owner: Any, root: Node, settings: Any, days: int, left: int
) -> None:
    settings.FILES_TRASH_DAYS = 30
    trash_nodes(owner=owner, nodes=[make_file(root, "a.txt")])
    Node.objects.in_trash().update(trashed_at=timezone.now() - timedelta(days=days))
    purge_old_trash()
    assert Node.objects.in_trash().count() == left


def test_the_page_says_what_the_trash_takes_and_when_each_goes(
    owner: Any, root: Node, own: Client
) -> None:
    old, new = make_file(root, "old.txt", bytes(2000)), make_file(root, "new.txt", bytes(500))
    kept = make_file(root, "kept.txt", bytes(7000))
    copy_nodes(owner=owner, nodes=[kept], target=root, conflict=Conflict.KEEP_BOTH)
    trash_nodes(owner=owner, nodes=[old, new, kept])
    Node.objects.filter(pk=old.pk).update(trashed_at=timezone.now() - timedelta(days=17.5))
    page = own.get(reverse("files:trash")).content.decode()
    assert bytes_in_trash(owner) == 2500, "the copy keeps what is in kept.txt"
    assert "2.5\xa0kB" in page
    assert "goes in 13 days" in page
    assert "goes in 30 days" in page
    Node.objects.filter(pk=old.pk).update(trashed_at=timezone.now() - timedelta(days=31))
    assert "goes within the hour" in own.get(reverse("files:trash")).content.decode()
    used = usage_of(owner).used
    purge_trash(owner=owner)
    assert usage_of(owner).used == used - 2500, "at once"


def test_an_empty_trash_takes_nothing(own: Client, owner: Any, root: Node) -> None:
    assert bytes_in_trash(owner) == 0
    assert "gives back" not in own.get(reverse("files:trash")).content.decode()
