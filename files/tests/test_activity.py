"""Who did what: written with the change, seen by whom it concerns, forgotten in time."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files.activity import (
    GROUPS,
    WORDS,
    Act,
    forget_old_activity,
    node_activity,
    record,
    vault_activity,
)
from files.conflicts import Conflict
from files.errors import NameTakenError
from files.models import Activity, Grant, Node
from files.sharing import create_link
from files.tests.factories import OwnerFactory, let_in, make_file, make_folder
from files.tree import rename_node, root_of

JSON = {"Accept": "application/json"}


def kinds() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def test_every_kind_has_words() -> None:
    assert set(WORDS) == set(Activity.Kind)


def test_every_kind_can_be_chosen_once_by_a_plain_label(own: Client) -> None:
    offered = [kind for _heading, kinds in GROUPS for kind in kinds]
    assert sorted(offered) == sorted(Activity.Kind)
    assert len({kind.label for kind in Activity.Kind}) == len(Activity.Kind)
    page = own.get(reverse("files:activity"), {"kind": "request_made"}).content.decode()
    assert '<option value="request_made" selected>File requests made</option>' in page
    # Names of the program are values, and nothing to read.
    words = re.sub(r"<[^>]*>", " ", page)
    assert not [kind for kind in Activity.Kind if "_" in kind and kind in words]


def test_a_days_work_is_written_down(owner: Any, own: Client, root: Node) -> None:
    def post(name: str, data: dict[str, Any], *args: Any) -> None:
        answer = own.post(reverse(f"files:{name}", args=args), data, headers=JSON)
        assert answer.status_code == 200

    put = reverse("files:upload", args=[root.pk])
    own.generic("PUT", f"{put}?path=a.txt", b"one")
    own.generic("PUT", f"{put}?path=a.txt&conflict=replace", b"two")
    file = Node.objects.get(name="a.txt")
    post("new_folder", {"name": "Plans"}, root.pk)
    folder = Node.objects.get(name="Plans")
    post("rename", {"name": "b.txt"}, file.pk)
    post("move", {"id": str(file.pk), "target": str(folder.pk)})
    post("copy", {"id": str(file.pk), "target": str(root.pk)})
    post("delete", {"id": str(file.pk)})
    post("restore", {"id": str(file.pk)})
    post("delete", {"id": str(file.pk)})
    post("purge", {"id": str(file.pk)})
    assert kinds() == [
        *("uploaded", "replaced", "folder_made", "renamed", "moved", "copied"),
        *("deleted", "restored", "deleted", "purged"),
    ]
    assert set(Activity.objects.values_list("actor", "ip")) == {(owner.pk, "127.0.0.1")}
    page = own.get(reverse("files:activity")).content.decode()
    assert "gave a new name to" in page
    assert "which was “a.txt”" in page
    # What is gone for good is still named.
    assert "deleted for good" in page


def test_what_fails_is_not_written(owner: Any, root: Node) -> None:
    file = make_file(root, "a.txt")
    make_file(root, "b.txt")
    before = kinds()
    with pytest.raises(NameTakenError):
        rename_node(node=file, name="b.txt", act=Act(actor=owner))
    with pytest.raises(NameTakenError):
        make_file(root, "a.txt", conflict=Conflict.ASK)
    assert kinds() == before


def test_guests_are_written_down_once_a_visit(owner: Any, own: Client, root: Node) -> None:
    file = make_file(root, "a.txt")
    share, secret = create_link(node=file, label="printer")
    path = reverse("guest:open", args=[secret])
    guest = Client(headers={"User-Agent": "Curious/1.0"})
    for _look in range(3):
        guest.get(path)
    downloaded: Any = guest.get(f"{path}{file.pk}/download/")
    assert b"".join(downloaded.streaming_content)
    # The owner who tries the link is no guest.
    own.get(path)
    rows = list(Activity.objects.filter(share=share).order_by("pk"))
    assert [row.kind for row in rows] == ["link_opened", "link_downloaded"]
    assert {(row.actor, row.ip, row.user_agent) for row in rows} == {
        (None, "127.0.0.1", "Curious/1.0")
    }
    share.refresh_from_db()
    assert share.opens == 3
    page = own.get(reverse("files:activity")).content.decode()
    assert "A guest" in page
    assert "127.0.0.1" in page


def test_editors_see_who_did_what_but_not_from_where(
    owner: Any, browser_of: Any, root: Node
) -> None:
    file = make_file(root, "a.txt")
    record(Activity.Kind.LINK_OPENED, [file], Act(guest="Anna", ip="203.0.113.9"))
    editor, viewer = OwnerFactory(), OwnerFactory()
    let_in(editor, file, Grant.Role.EDITOR)
    let_in(viewer, file)
    address = reverse("files:node_activity", args=[file.pk])
    page = browser_of(editor).get(address).content.decode()
    assert "Anna" in page
    assert "203.0.113.9" not in page
    assert "203.0.113.9" in browser_of(owner).get(address).content.decode()
    refused = browser_of(viewer).get(address)
    assert refused.status_code == 403
    assert "Anna" not in refused.content.decode()


def test_a_vault_shows_its_own(own: Client, stranger: Any) -> None:
    make_folder(stranger, "Theirs")
    assert "Theirs" not in own.get(reverse("files:activity")).content.decode()


def test_by_kind_and_page_by_page_with_one_query(
    owner: Any, root: Node, django_assert_num_queries: Any
) -> None:
    file = make_file(root, "a.txt")
    for number in range(4):
        rename_node(node=file, name=f"{number}.txt", act=Act(actor=owner))
    seen, after = [], 0
    for _page in range(2):
        with django_assert_num_queries(1):
            page = vault_activity(owner=owner, kind="renamed", after=after, limit=2)
        seen += [line.row.detail for line in page.entries]
        after = page.next_after
    assert (seen, after) == (["2.txt", "1.txt", "0.txt", "a.txt"], 0)
    with django_assert_num_queries(1):
        assert len(node_activity(node=file).entries) == 5


@pytest.mark.parametrize("query", ["after=x", "after=-1", "after=9" + "9" * 30, "kind=nonsense"])
def test_odd_questions_are_answered_plainly(own: Client, query: str) -> None:
    assert own.get(f"{reverse('files:activity')}?{query}").status_code == 200


def test_old_activity_is_forgotten(owner: Any, settings: Any) -> None:
    make_file(root_of(owner), "new.txt")
    make_file(root_of(owner), "old.txt")
    then = timezone.now() - timedelta(days=settings.FILES_ACTIVITY_DAYS, minutes=1)
    Activity.objects.filter(name="old.txt").update(at=then)
    assert forget_old_activity() == 1
    assert Activity.objects.get().name == "new.txt"
