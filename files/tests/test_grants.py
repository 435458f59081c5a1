"""People of the site let in: by an address that tells nothing, found, worked in, ended."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from files.activity import SITE, Act
from files.errors import ShareError
from files.grants import end_grant, grant_access
from files.models import Activity, Grant, Node, Vault, Version
from files.overview import given_page, held_page
from files.tests.factories import OwnerFactory, let_in, make_file, make_folder
from files.tree import create_folder, root_of
from notifications.models import Notification

type Browser = Callable[[Any], Client]
ZEROS = "0" * 32
JSON = {"Accept": "application/json"}


@pytest.fixture
def friend(db: None) -> Any:
    """Somebody with an account and a confirmed address."""
    person = OwnerFactory(email="friend@example.com", username="friend")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


@pytest.fixture
def folder(owner: Any) -> Node:
    """Above/Shared/Inner/deep.txt, and Above/beside.txt."""
    shared = make_folder(owner, "Above", "Shared")
    make_file(create_folder(parent=shared, name="Inner"), "deep.txt", b"deep")
    make_file(shared.parent or shared, "beside.txt")
    return shared


def named(name: str) -> Node:
    return Node.objects.get(name=name)


def share_with(client: Client, node: Node, address: str, role: str = "viewer") -> Any:
    page = reverse("files:grant", args=[node.pk])
    return client.post(page, {"address": address, "role": role}, follow=True)


# -- Making: nobody learns who is here -----------------------------------------------------------
@pytest.mark.parametrize("address", ["friend@example.com", "FRIEND@example.com ", "friend"])
def test_who_has_the_address_is_let_in_and_told(
    own: Client, folder: Node, friend: Any, address: str
) -> None:
    share_with(own, folder, address)
    grant = Grant.objects.get()
    assert (grant.person, grant.address) == (friend, address.strip().lower())
    told = Notification.objects.get(recipient=friend)
    assert (told.kind, told.url) == ("file_shared", reverse("files:folder", args=[folder.pk]))


def test_the_answer_is_the_same_for_who_is_not_here(own: Client, folder: Node, friend: Any) -> None:
    pages = {}
    for address in ("friend@example.com", "nobody@example.com"):
        answer = share_with(own, folder, address)
        listed = own.get(reverse("files:shares"))
        assert answer.redirect_chain == [(reverse("files:share", args=[folder.pk]), 302)]
        grant = Grant.objects.get()
        pages[address] = [
            page.content.decode().replace(address, "ADDRESS").replace(str(grant.pk), "ID")
            for page in (answer, listed)
        ]
        Grant.objects.all().delete()
    one, other = (
        [line for page in texts for line in page.splitlines() if "csrf" not in line]
        for texts in pages.values()
    )
    assert one == other


def test_a_name_is_shown_only_once_they_have_come(
    own: Client, folder: Node, friend: Any, browser_of: Browser
) -> None:
    friend.display_name = "Frieda Friend"
    friend.save()
    share_with(own, folder, "friend@example.com")
    page = reverse("files:share", args=[folder.pk])
    assert "Frieda" not in own.get(page).content.decode()
    browser_of(friend).get(reverse("files:folder", args=[folder.pk]))
    assert "Frieda Friend" in own.get(page).content.decode()


def test_an_unconfirmed_or_locked_account_is_nobody(own: Client, folder: Node, friend: Any) -> None:
    EmailAddress.objects.update(verified=False)
    share_with(own, folder, "friend@example.com")
    assert Grant.objects.get().person is None
    Grant.objects.all().delete()
    EmailAddress.objects.update(verified=True)
    friend.is_active = False
    friend.save()
    share_with(own, folder, "friend@example.com")
    assert Grant.objects.get().person is None


@pytest.mark.parametrize("address", ["", "   ", "x" * 255])
def test_odd_addresses_are_refused(own: Client, folder: Node, address: str) -> None:
    assert share_with(own, folder, address).status_code == 400
    assert not Grant.objects.exists()


def test_what_cannot_be_shared(owner: Any, friend: Any, folder: Node) -> None:
    act = Act(actor=owner)
    with pytest.raises(ShareError, match="not the whole"):
        grant_access(node=root_of(owner), address="x", role=Grant.Role.VIEWER, act=act)
    mine = make_folder(friend, "Mine")
    with pytest.raises(ShareError, match="yours already"):
        grant_access(node=mine, address="friend", role=Grant.Role.VIEWER, act=Act(actor=friend))


def test_sharing_again_changes_the_role_and_tells_once(
    own: Client, folder: Node, friend: Any
) -> None:
    share_with(own, folder, "friend@example.com")
    share_with(own, folder, "friend@example.com", "editor")
    assert Grant.objects.get().role == "editor"
    assert Notification.objects.filter(recipient=friend).count() == 1


# -- Looking -------------------------------------------------------------------------------------
def test_it_is_listed_and_opens_and_nothing_above_leaks(
    folder: Node, friend: Any, browser_of: Browser, owner: Any
) -> None:
    let_in(friend, folder)
    client = browser_of(friend)
    assert "Shared" in client.get(reverse("files:shared")).content.decode()
    pages = [
        client.get(reverse("files:folder", args=[folder.pk])),
        client.get(reverse("files:folder", args=[named("Inner").pk])),
        client.get(reverse("files:detail", args=[named("deep.txt").pk])),
    ]
    for answer in pages:
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Above" not in page
        assert "beside.txt" not in page
        assert owner.email not in page
        for above in (root_of(owner), named("Above")):
            assert str(above.pk) not in page
    for above in (root_of(owner), named("Above")):
        assert client.get(reverse("files:folder", args=[above.pk])).status_code == 404


def test_a_file_shared_alone_shows_no_neighbours(
    folder: Node, friend: Any, browser_of: Browser
) -> None:
    beside = named("beside.txt")
    make_file(beside.parent or beside, "another.txt")
    let_in(friend, beside)
    page = browser_of(friend).get(reverse("files:detail", args=[beside.pk])).content.decode()
    assert "another.txt" not in page
    assert str(beside.parent_id) not in page


def test_viewers_are_offered_nothing_that_changes(
    folder: Node, friend: Any, browser_of: Browser
) -> None:
    let_in(friend, folder)
    client = browser_of(friend)
    for page in (
        client.get(reverse("files:folder", args=[folder.pk])).content.decode(),
        client.get(reverse("files:detail", args=[named("deep.txt").pk])).content.decode(),
    ):
        for action in (
            "new-folder",
            "upload-files",
            "rename",
            "move",
            "delete",
            "delete-selection",
        ):
            assert f'data-action="{action}"' not in page
        assert "/share/" not in page


# -- Doing ---------------------------------------------------------------------------------------
CHANGES: dict[str, tuple[str, dict[str, str]]] = {
    "new_folder": ("Shared", {"name": "made"}),
    "rename": ("deep.txt", {"name": "other.txt"}),
    "move": ("", {"id": "deep.txt", "target": "Shared"}),
    "copy": ("", {"id": "deep.txt", "target": "Shared"}),
    "delete": ("", {"id": "deep.txt"}),
}
SHARING: dict[str, tuple[str, dict[str, str]]] = {
    "share": ("deep.txt", {"days": "7"}),
    "grant": ("deep.txt", {"address": "x@example.com", "role": "viewer"}),
    "ask_for_files": ("Inner", {"label": "x", "days": "7"}),
}


def post(client: Client, name: str, node: str, data: dict[str, str]) -> Any:
    fields = {
        key: str(named(value).pk) if key in {"id", "target"} else value
        for key, value in data.items()
    }
    address = reverse(f"files:{name}", args=[named(node).pk] if node else [])
    return client.post(address, fields, headers=JSON)


@pytest.mark.parametrize("name", CHANGES)
def test_editors_change_viewers_are_refused_in_words(
    folder: Node, friend: Any, browser_of: Browser, name: str
) -> None:
    grant = let_in(friend, folder)
    client = browser_of(friend)
    before = set(Node.objects.values_list("pk", "parent", "name", "trashed_at"))
    refused = post(client, name, *CHANGES[name])
    assert refused.status_code == 403
    assert refused.json()["error"]
    assert set(Node.objects.values_list("pk", "parent", "name", "trashed_at")) == before
    Grant.objects.filter(pk=grant.pk).update(role="editor")
    assert post(client, name, *CHANGES[name]).status_code == 200
    assert set(Node.objects.values_list("pk", "parent", "name", "trashed_at")) != before


@pytest.mark.parametrize("name", SHARING)
def test_nobody_shares_on(folder: Node, friend: Any, browser_of: Browser, name: str) -> None:
    let_in(friend, folder, Grant.Role.EDITOR)
    answer = post(browser_of(friend), name, *SHARING[name])
    assert answer.status_code == 403
    assert "Only its owner" in answer.json()["error"]
    assert Grant.objects.count() == 1


def test_a_refusal_is_a_page_for_a_person(folder: Node, friend: Any, browser_of: Browser) -> None:
    let_in(friend, folder)
    answer = browser_of(friend).get(reverse("files:new_folder", args=[folder.pk]))
    assert answer.status_code == 403
    assert "Ask its owner to let you edit" in answer.content.decode()


def upload(client: Client, folder: Node, name: str = "new.txt") -> Any:
    return client.generic(
        "PUT", reverse("files:upload", args=[folder.pk]) + f"?path={name}", b"from a friend"
    )


def test_what_an_editor_uploads_is_the_owners_and_says_who(
    folder: Node, friend: Any, owner: Any, browser_of: Browser
) -> None:
    let_in(friend, folder, Grant.Role.EDITOR)
    assert upload(browser_of(friend), folder).status_code == 201
    node = named("new.txt")
    assert node.owner == owner
    assert node.content is not None
    assert node.content.owner == owner
    assert Version.objects.get(node=node).created_by == friend
    row = Activity.objects.get(node=node)
    assert (row.kind, row.actor, row.owner) == ("uploaded", friend, owner)


def test_an_editor_learns_that_there_is_no_room_and_no_more(
    folder: Node, friend: Any, owner: Any, own: Client, browser_of: Browser
) -> None:
    Vault.objects.update_or_create(owner=owner, defaults={"quota": 7})
    let_in(friend, folder, Grant.Role.EDITOR)
    refused = upload(browser_of(friend), folder)
    assert refused.status_code == 507
    assert "whose space it would take" in refused.json()["error"]
    assert not any(letter.isdigit() for letter in refused.json()["error"])
    assert "Empty the trash" in upload(own, folder).json()["error"]


def test_viewers_upload_nothing(folder: Node, friend: Any, browser_of: Browser) -> None:
    let_in(friend, folder)
    assert upload(browser_of(friend), folder).status_code == 403
    assert not Node.objects.filter(name="new.txt").exists()


def test_editors_delete_into_the_owners_trash_and_take_back(
    folder: Node, friend: Any, owner: Any, own: Client, browser_of: Browser
) -> None:
    let_in(friend, folder, Grant.Role.EDITOR)
    client = browser_of(friend)
    pk = str(named("deep.txt").pk)
    assert client.post(reverse("files:delete"), {"id": pk}, headers=JSON).status_code == 200
    assert "deep.txt" in own.get(reverse("files:trash")).content.decode()
    assert "deep.txt" not in client.get(reverse("files:trash")).content.decode()
    assert client.post(reverse("files:purge"), {"id": pk}, headers=JSON).status_code == 403
    assert client.post(reverse("files:restore"), {"id": pk}, headers=JSON).status_code == 200
    assert named("deep.txt").trashed_at is None


def test_what_was_shared_itself_keeps_its_name_and_place(
    folder: Node, friend: Any, browser_of: Browser
) -> None:
    let_in(friend, folder, Grant.Role.EDITOR)
    client = browser_of(friend)
    for name, node, data in (
        ("rename", "Shared", {"name": "Mine"}),
        ("delete", "", {"id": "Shared"}),
        ("move", "", {"id": "Shared", "target": "Inner"}),
    ):
        assert post(client, name, node, data).status_code == 403
    assert named("Shared").trashed_at is None


# -- Ending --------------------------------------------------------------------------------------
def test_the_owner_ends_it_at_once_and_they_are_told(
    own: Client, folder: Node, friend: Any, browser_of: Browser
) -> None:
    grant = let_in(friend, folder)
    client = browser_of(friend)
    assert client.get(reverse("files:folder", args=[folder.pk])).status_code == 200
    own.post(reverse("files:revoke_grant", args=[grant.pk]))
    assert client.get(reverse("files:folder", args=[folder.pk])).status_code == 404
    assert Notification.objects.get(recipient=friend).kind == "share_ended"


def test_they_leave_by_themselves_and_nobody_else_does_it_for_them(
    folder: Node, friend: Any, stranger: Any, browser_of: Browser
) -> None:
    grant = let_in(friend, folder)
    leave = reverse("files:leave", args=[grant.pk])
    assert browser_of(stranger).post(leave).status_code == 404
    browser_of(friend).post(leave)
    assert not Grant.objects.exists()
    assert Activity.objects.get(kind="left").actor == friend
    # Who leaves needs not be told.
    assert not Notification.objects.filter(kind="share_ended").exists()


def test_ending_twice_does_it_once(owner: Any, folder: Node, friend: Any) -> None:
    grant = let_in(friend, folder)
    again = Grant.objects.get(pk=grant.pk)
    end_grant(grant=grant, act=SITE)
    end_grant(grant=again, act=SITE)
    assert Activity.objects.filter(kind="unshared").count() == 1


# -- Pages ---------------------------------------------------------------------------------------
def test_pages_by_keyset_with_one_query(
    owner: Any, friend: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("files.overview.PAGE", 2)
    for number in range(5):
        let_in(friend, make_folder(owner, f"F{number}"))
    seen: list[str] = []
    after = ""
    for _page in range(3):
        with django_assert_num_queries(1):
            page = held_page(user=friend, after=after)
            seen += [f"{grant.node.name} {grant.node.owner}" for grant in page.entries]
        given = given_page(owner=owner, kind="people", after=after)
        assert [grant.pk for grant in given.entries] == [grant.pk for grant in page.entries]
        after = page.next_after
    assert not after
    assert [line.split()[0] for line in seen] == ["F4", "F3", "F2", "F1", "F0"]


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "2026-01-01_x",
        "2026-01-01T00:00:00_" + "0" * 32,
        "0001-01-01T00:00:00+14:00_" + "0" * 32,
    ],
)
def test_places_that_no_page_named(own: Client, after: str) -> None:
    for name in ("files:shared", "files:shares"):
        assert own.get(reverse(name), {"after": after}).status_code == 400
    assert own.get(reverse("files:shares"), {"kind": "x"}).status_code == 400


def test_the_cost_of_a_shared_folder_is_bounded(
    folder: Node, friend: Any, browser_of: Browser, django_assert_max_num_queries: Any
) -> None:
    let_in(friend, folder)
    for number in range(30):
        make_file(folder, f"{number}.txt", io.BytesIO(b"x").getvalue())
    client = browser_of(friend)
    address = reverse("files:folder", args=[folder.pk])
    client.get(address)
    with django_assert_max_num_queries(22):
        client.get(address)
