"""Who did what, for scripts: of a file, of a whole vault, page by page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from files.models import Grant, Node
from files.tree import create_folder
from tests.api.conftest import Script


@pytest.fixture
def folder(root: Node) -> Node:
    return create_folder(parent=root, name="Shared")


@pytest.fixture
def file(script: Script, folder: Node) -> str:
    made: str = script.upload(folder.pk, "notes.txt", b"hello").json()["id"]
    return made


def guest_sends(script: Script, folder: Node) -> None:
    made = script.post(f"folders/{folder.pk}/requests", {"label": "Bills"}).json()
    path = made["url"].partition("localhost:8000")[2]
    assert Client().put(f"{path}file/?name=bill.txt&sender=Anna", b"x").status_code == 201


def test_a_vaults_activity_is_read_page_by_page(script: Script, folder: Node, file: str) -> None:
    script.call("PATCH", f"nodes/{file}", {"name": "plan.txt"})
    guest_sends(script, folder)
    everything = script.get("activity").json()
    assert everything["next_cursor"] == ""
    seen, cursor = [], ""
    for _page in range(3):
        answer = script.get(f"activity?limit=2&cursor={cursor}").json()
        seen += answer["entries"]
        cursor = answer["next_cursor"]
    assert (seen, cursor) == (everything["entries"], "")
    received, _asked, renamed, uploaded, made = seen
    assert [entry["kind"] for entry in (received, renamed, made)] == [
        *("received", "renamed", "folder_made"),
    ]
    assert (received["by"], received["who"], received["ip"]) == ("guest", "Anna", "127.0.0.1")
    assert received["text"] == "Anna sent bill.txt"
    assert (renamed["by"], renamed["node"], renamed["ip"]) == ("person", file, None)
    assert (renamed["name"], renamed["detail"]) == ("plan.txt", "notes.txt")
    assert renamed["text"].endswith("gave a new name to plan.txt which was “notes.txt”")
    assert (uploaded["name"], made["by"]) == ("notes.txt", "site")


def test_one_kind_alone(script: Script, folder: Node, file: str) -> None:
    entries = script.get("activity?kind=uploaded").json()["entries"]
    assert [entry["node"] for entry in entries] == [file]
    assert script.get("activity?kind=nonsense").status_code == 422


def test_of_one_file_for_whoever_may_edit_it(
    script: Script, stranger: Script, folder: Node, file: str
) -> None:
    guest_sends(script, folder)
    sent = Node.objects.get(name="bill.txt")
    address = f"nodes/{sent.pk}/activity"
    mine = script.get(address).json()["entries"]
    assert [(entry["text"], entry["ip"]) for entry in mine] == [("Anna sent bill.txt", "127.0.0.1")]
    assert stranger.get(address).status_code == 404
    person = stranger.get("root").wsgi_request.user
    grant = Grant.objects.create(node=folder, address="x", person=person, role="viewer")
    assert stranger.get(address).status_code == 403
    Grant.objects.filter(pk=grant.pk).update(role="editor")
    theirs = stranger.get(address).json()["entries"]
    assert theirs == [{**mine[0], "ip": None}]
    # A vault's activity is its owner's.
    assert stranger.get("activity").json()["entries"] == []


def test_a_page_costs_the_same_however_long_it_is(script: Script, file: str) -> None:
    script.get("activity")
    with CaptureQueriesContext(connection) as few:
        script.get("activity")
    for number in range(5):
        script.call("PATCH", f"nodes/{file}", {"name": f"{number}.txt"})
    with CaptureQueriesContext(connection) as many:
        assert len(script.get("activity").json()["entries"]) == 7
    assert len(many) == len(few)


@pytest.mark.parametrize("cursor", ["x", "-1", "0", "9" * 19, "9" * 20, "٣"])
def test_places_that_no_page_named(script: Script, file: str, cursor: str) -> None:
    for path in ("activity", f"nodes/{file}/activity"):
        assert script.get(f"{path}?cursor={cursor}").status_code == 422
