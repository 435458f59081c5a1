"""The page of versions: by owner, editor, viewer; restore, its undo, deletion; and retention."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files.conflicts import Conflict
from files.models import Activity, Grant, Node, Preview, Version
from files.moving import copy_nodes
from files.quota import usage_of
from files.retention import prune_versions
from files.stores import store_named
from files.tests.factories import OwnerFactory, let_in, make_file, make_folder, read_file
from files.trash import trash_nodes

pytestmark = pytest.mark.django_db
AS_SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def node(root: Node) -> Node:
    """A file that held "one", "two!", and now holds "three"."""
    folder = make_folder(root.owner, "dir")
    for content in (b"one", b"two!", b"three"):
        node = make_file(folder, "a.txt", content, Conflict.REPLACE)
    return node


def address(name: str, node: Node, *more: Any) -> str:
    return reverse(f"files:{name}", args=[node.pk, *more])


def numbers(node: Node) -> list[int]:
    return list(node.versions.order_by("number").values_list("number", flat=True))


def test_the_page_lists_what_the_file_held(own: Client, node: Node) -> None:
    page = own.get(address("versions", node)).content.decode()
    assert page.index("Version 3") < page.index("Version 2") < page.index("Version 1")
    assert "the file now" in page
    assert "count in your space" in page
    assert page.count("Restore version") == 2
    assert page.count("Delete version") == 2
    assert address("versions", node) in own.get(address("detail", node)).content.decode()


def test_long_lists_come_in_pages(
    own: Client, node: Node, monkeypatch: Any, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr("files.versions.PAGE", 2)
    page = own.get(address("versions", node))
    assert "?before=2" in page.content.decode()
    assert [version.number for version in page.context["versions"]] == [3, 2]
    page = own.get(address("versions", node) + "?before=2")
    assert [version.number for version in page.context["versions"]] == [1]
    assert own.get(address("versions", node) + "?before=x").status_code == 400
    blob = node.versions.get(number=1).blob
    Version.objects.bulk_create(
        [Version(node=node, blob=blob, number=number) for number in range(10, 100)]
    )
    monkeypatch.setattr("files.versions.PAGE", 50)
    with django_assert_max_num_queries(16):
        own.get(address("versions", node))


def test_a_version_is_downloaded_and_looked_at(own: Client, node: Node) -> None:
    answer: Any = own.get(address("version_download", node, 1))
    assert b"".join(answer.streaming_content) == b"one"
    assert 'filename="a.txt"' in answer["Content-Disposition"]
    page = own.get(address("version", node, 1)).content.decode()
    assert "Version 1 of" in page
    assert "Preview" in page or "preview" in page
    assert Preview.objects.filter(blob=node.versions.get(number=1).blob).exists()
    for missing in ("version", "version_download"):
        assert own.get(address(missing, node, 9)).status_code == 404
    assert own.get(address("version_content", node, 1)).status_code == 404, "text is not inline"


def test_pictures_of_a_version_are_its_own(own: Client, node: Node) -> None:
    blob = node.versions.get(number=1).blob
    key = store_named("local").save("previews/x/1", ContentFile(b"webp"))
    Preview.objects.create(
        blob=blob, variant="page-1", state="ready", media_type="image/webp", key=key
    )
    answer: Any = own.get(address("version_preview", node, 1, "page-1"))
    assert b"".join(answer.streaming_content) == b"webp"
    assert own.get(address("version_preview", node, 2, "page-1")).status_code == 404


def test_restoring_keeps_all_and_can_be_undone(own: Client, owner: Any, node: Node) -> None:
    used = usage_of(owner).used
    answer = own.post(address("version_restore", node, 1), headers=AS_SCRIPT).json()
    assert read_file(node) == b"one"
    assert numbers(node) == [1, 2, 3, 4]
    assert usage_of(owner).used == used
    own.post(answer["undo"]["url"], {"id": answer["undo"]["ids"]}, headers=AS_SCRIPT)
    assert read_file(node) == b"three"
    assert own.post(address("version_restore", node, 3), headers=AS_SCRIPT).status_code == 409
    kinds = Activity.objects.filter(node=node, detail__startswith="version")
    assert kinds.count() == 2


def test_without_scripts_a_form_leads_back(own: Client, node: Node) -> None:
    back = address("versions", node)
    answer = own.post(address("version_restore", node, 1), {"next": back}, follow=True)
    assert answer.redirect_chain == [(back, 303)]
    assert "To undo this, restore version 3" in answer.content.decode()


def test_deleting_asks_and_gives_back_the_space(own: Client, owner: Any, node: Node) -> None:
    question = own.get(address("version_delete", node, 2)).content.decode()
    assert "cannot be undone" in question
    assert numbers(node) == [1, 2, 3]
    back = address("versions", node)
    answer = own.post(address("version_delete", node, 2), {"next": back}, follow=True)
    assert "4\xa0bytes are free again" in answer.content.decode()
    assert numbers(node) == [1, 3]
    assert usage_of(owner).used == 8
    assert own.post(address("version_delete", node, 3), headers=AS_SCRIPT).status_code == 409
    assert read_file(node) == b"three"


def test_who_is_let_in_does_what_the_role_allows(node: Node, browser_of: Any) -> None:
    viewer, editor = OwnerFactory(), OwnerFactory()
    assert node.parent is not None
    let_in(viewer, node.parent)
    let_in(editor, node.parent, Grant.Role.EDITOR)
    expected = {"versions": (200, 200), "version_restore": (403, 200), "version_delete": (403, 403)}
    for name, statuses in expected.items():
        for person, status in zip((viewer, editor), statuses, strict=True):
            client = browser_of(person)
            more = [] if name == "versions" else [1]
            method = client.get if name == "versions" else client.post
            headers = {} if name == "versions" else AS_SCRIPT
            assert method(address(name, node, *more), headers=headers).status_code == status
    page = browser_of(viewer).get(address("versions", node)).content.decode()
    assert "Restore version" not in page
    assert "Delete version" not in page
    newest = node.versions.latest("number")
    assert (newest.number, newest.created_by) == (4, editor)


# -- Retention ---------------------------------------------------------------------------------
def test_more_than_so_many_go_the_oldest_first(owner: Any, node: Node, settings: Any) -> None:
    settings.FILES_VERSIONS_KEPT = 2
    assert prune_versions() == 1
    assert numbers(node) == [2, 3]
    assert usage_of(owner).used == 9
    assert prune_versions() == 0
    settings.FILES_VERSIONS_KEPT = 1
    assert prune_versions() == 1
    assert read_file(node) == b"three"


def test_what_counts_is_since_when_it_was_replaced(node: Node, settings: Any) -> None:
    settings.FILES_VERSIONS_KEPT, settings.FILES_VERSIONS_DAYS = 0, 30
    ages = {1: 400, 2: 40, 3: 10}
    for number, days in ages.items():
        moment = timezone.now() - timedelta(days=days)
        node.versions.filter(number=number).update(created_at=moment)
    assert prune_versions() == 1, "the first was replaced 40 days ago, the second 10 days ago"
    assert numbers(node) == [2, 3]


def test_the_newest_stays_however_old(node: Node, settings: Any) -> None:
    settings.FILES_VERSIONS_KEPT, settings.FILES_VERSIONS_DAYS = 1, 1
    node.versions.update(created_at=timezone.now() - timedelta(days=1000))
    assert prune_versions() == 2
    assert read_file(node) == b"three"


def test_by_default_a_hundred_stay(node: Node) -> None:
    assert prune_versions() == 0


def test_the_trash_and_copies_keep_what_they_have(owner: Any, node: Node, settings: Any) -> None:
    settings.FILES_VERSIONS_KEPT = 1
    (copied,) = copy_nodes(owner=owner, nodes=[node], target=node.parent, conflict=Conflict.ASK)  # type: ignore[arg-type]
    trash_nodes(owner=owner, nodes=[node])
    assert prune_versions() == 0
    assert numbers(node) == [1, 2, 3]
    assert read_file(copied) == b"three"
