"""Sharing by scripts: people, requests, and what is shared with oneself."""

import json
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from files.models import Grant, Node
from files.tree import create_folder
from tests.api.conftest import Script


@pytest.fixture
def folder(root: Node) -> Node:
    return create_folder(parent=root, name="Shared")


@pytest.fixture
def friend(stranger: Script) -> User:
    """The stranger, by the time their address is known to be theirs."""
    person: User = User.objects.get(pk=stranger.get("root").wsgi_request.user.pk)
    EmailAddress.objects.update_or_create(
        user=person, defaults={"email": person.email, "verified": True, "primary": True}
    )
    return person


def share(script: Script, folder: Node, address: str, role: str = "viewer") -> Any:
    return script.post(f"nodes/{folder.pk}/grants", {"address": address, "role": role})


def test_a_person_is_let_in_works_and_is_let_out(
    script: Script, stranger: Script, friend: User, folder: Node
) -> None:
    script.upload(folder.pk, "notes.txt", b"hello")
    made = share(script, folder, friend.email)
    assert made.status_code == 201
    shared = stranger.get("shared").json()["entries"]
    assert [(one["role"], one["node"]["name"], one["node"]["parent"]) for one in shared] == [
        ("viewer", "Shared", None)
    ]
    assert stranger.get(f"nodes/{folder.pk}").json()["parent"] is None
    entries = stranger.get(f"folders/{folder.pk}/entries").json()["entries"]
    assert [entry["name"] for entry in entries] == ["notes.txt"]
    refused = stranger.upload(folder.pk, "more.txt", b"x")
    assert refused.status_code == 403
    assert "Ask its owner" in json.loads(refused.content)["detail"]
    assert share(script, folder, friend.email, "editor").json()["id"] == made.json()["id"]
    assert stranger.upload(folder.pk, "more.txt", b"x").status_code == 201
    assert stranger.call("DELETE", f"grants/{made.json()['id']}").status_code == 204
    assert stranger.get(f"folders/{folder.pk}/entries").status_code == 404


def test_nobody_learns_who_is_here(script: Script, friend: User, folder: Node) -> None:
    here, nobody = (
        share(script, folder, address).json() for address in (friend.email, "x@example.com")
    )
    assert {**here, "id": 0, "address": "", "created_at": ""} == {
        **nobody,
        "id": 0,
        "address": "",
        "created_at": "",
    }
    listed = script.get(f"nodes/{folder.pk}/grants").json()
    assert [one["name"] for one in listed] == ["", ""]


def test_other_peoples_shares_are_not_there(
    script: Script, stranger: Script, friend: User, folder: Node
) -> None:
    grant = share(script, folder, "x@example.com").json()["id"]
    asked = script.post(f"folders/{folder.pk}/requests", {"label": "x"}).json()["id"]
    for path in (f"grants/{grant}", f"requests/{asked}"):
        assert stranger.call("DELETE", path).status_code == 404
    assert Grant.objects.exists()


def test_files_are_asked_for_and_the_request_ends(script: Script, folder: Node) -> None:
    made = script.post(f"folders/{folder.pk}/requests", {"label": "Bills", "max_files": 2})
    assert made.status_code == 201
    path = made.json()["url"].partition("localhost:8000")[2]
    assert Client().put(f"{path}file/?name=a.txt&sender=Anna", b"x").status_code == 201
    listed = script.get(f"folders/{folder.pk}/requests").json()
    assert [(one["files"], one["bytes"], one["url"]) for one in listed] == [(1, 1, "")]
    assert script.call("DELETE", f"requests/{made.json()['id']}").status_code == 204
    assert Client().get(path).status_code == 404
    root = script.get("root").json()["id"]
    assert script.post(f"nodes/{root}/grants", {"address": "x"}).status_code == 400


def test_a_request_is_changed_closed_and_opened_again(
    script: Script, stranger: Script, folder: Node
) -> None:
    wish = {"label": "Bills", "max_files": 2, "max_bytes": 9, "password": "secret"}
    made = script.post(f"folders/{folder.pk}/requests", wish).json()
    path = made["url"].partition("localhost:8000")[2]
    way = f"requests/{made['id']}"
    assert (made["most_bytes"], made["closed"]) == (9, False)

    def change(**terms: Any) -> Any:
        answer = script.call("PATCH", way, terms)
        assert answer.status_code == 200
        return answer.json()

    assert change() == {**made, "url": ""}
    assert change(label="Invoices", max_bytes=None, password="") == {
        **made,
        "url": "",
        "label": "Invoices",
        "max_bytes": None,
        "most_bytes": 10 * 10**9,
        "has_password": False,
    }
    assert Client().get(path).status_code == 200
    assert change(closed=True)["closed"]
    assert Client().get(path).status_code == 404
    assert change(closed=False, message="Again, please.")["message"] == "Again, please."
    assert Client().get(path).status_code == 200
    for wrong in ({"label": ""}, {"max_files": 0}, {"label": None}):
        assert script.call("PATCH", way, wrong).status_code == 422
    past = script.call("PATCH", way, {"expires_at": "2020-01-01T00:00:00Z", "label": "x"})
    assert past.status_code == 400
    assert script.get(f"folders/{folder.pk}/requests").json()[0]["label"] == "Invoices"
    assert stranger.call("PATCH", way, {"label": "Mine"}).status_code == 404
    script.call("DELETE", way)
    assert script.call("PATCH", way, {"closed": False}).status_code == 404


@pytest.mark.parametrize("cursor", ["x", "2026-01-01T00:00:00+00:00_y"])
def test_odd_places(script: Script, cursor: str) -> None:
    assert script.get(f"shared?cursor={cursor}").status_code == 422
