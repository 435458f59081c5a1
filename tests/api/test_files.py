"""Every operation of the API: by the owner's script, a stranger's, and one without a token."""

import errno
import hashlib
import io
import json
import os
import zipfile
from typing import Any

import pytest
from django.test import Client
from prometheus_client import REGISTRY

from accounts.models import User
from accounts.tests.second_factor.devices import make_app
from files.models import Node
from files.tree import create_folder
from tests.api.conftest import Script, make_script

MISSING = "00000000-0000-0000-0000-00000000beef"


@pytest.fixture
def file(script: Script, root: Node) -> str:
    answer = script.upload(root.pk, "notes.txt", b"hello")
    assert answer.status_code == 201
    return str(json.loads(answer.content)["id"])


def test_what_is_sent_again_by_its_key_is_there_once(script: Script, root: Node, file: str) -> None:
    known = {"headers": {"Idempotency-Key": "8e03978e-40d5"}, "content_type": "x/y"}
    other = {"headers": {"Idempotency-Key": "9"}, "content_type": "x/y"}
    upload = f"folders/{root.pk}/content?path=a.txt"
    first, again = (script.call("PUT", upload, b"new", **known) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert script.call("PUT", upload, b"new", **other).status_code == 409
    version = f"files/{file}/content"
    numbers = [script.call("PUT", version, b"new", **known).json()["number"] for _ in range(2)]
    assert numbers == [2, 2]
    assert script.call("PUT", version, b"new", **other).json()["number"] == 3


def test_a_file_goes_up_and_comes_back_the_same(script: Script, root: Node) -> None:
    data = bytes(range(256)) * 400
    made = script.upload(root.pk, "deep/er/data.bin", data).json()
    assert made["sha256"] == hashlib.sha256(data).hexdigest()
    back = script.get(f"files/{made['id']}/content")
    assert b"".join(back.streaming_content) == data
    assert back["Content-Disposition"].startswith("attachment")
    part = script.get(f"files/{made['id']}/content", headers={"range": "bytes=10-19"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == data[10:20]


def test_a_taken_name_is_asked_for(script: Script, root: Node, file: str) -> None:
    refused = script.upload(root.pk, "notes.txt", b"other")
    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["conflicts"] == ["notes.txt"]
    assert script.upload(root.pk, "notes.txt", b"x", "&conflict=skip").status_code == 200
    assert script.upload(root.pk, "notes.txt", b"x", "&conflict=replace").json()["id"] == file
    numbers = [version["number"] for version in script.get(f"files/{file}/versions").json()]
    assert numbers == [2, 1]
    old = script.get(f"files/{file}/versions/1/content")
    assert b"".join(old.streaming_content) == b"hello"
    assert script.get(f"files/{file}/versions/9/content").status_code == 404


def test_a_disk_that_refuses_is_told_of_and_counted(
    script: Script, root: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def counted() -> float:
        labels = {"error": "StoreUnavailableError"}
        return REGISTRY.get_sample_value("files_storage_errors_total", labels) or 0.0

    before = counted()
    monkeypatch.setattr(os, "fsync", refuse)
    answer = script.upload(root.pk, "a.txt", b"x")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert counted() == before + 1


def test_versions_come_back_and_go(script: Script, root: Node, file: str) -> None:
    script.upload(root.pk, "notes.txt", b"newer", "&conflict=replace")
    made = script.post(f"files/{file}/versions/1/restore", None)
    assert (made.status_code, made.json()["number"]) == (201, 3)
    assert b"".join(script.get(f"files/{file}/content").streaming_content) == b"hello"
    assert script.call("DELETE", f"files/{file}/versions/2").status_code == 204
    refused = script.call("DELETE", f"files/{file}/versions/3")
    assert refused.status_code == 409
    assert "Restore another version first" in refused.json()["detail"]
    for number in (9, 2**40):
        assert script.call("DELETE", f"files/{file}/versions/{number}").status_code == 404
    numbers = [version["number"] for version in script.get(f"files/{file}/versions").json()]
    assert numbers == [3, 1]


def test_folders_are_made_listed_renamed_moved_copied(
    script: Script, root: Node, file: str
) -> None:
    made = script.post(f"folders/{root.pk}/folders", {"name": "Plans"})
    assert made.status_code == 201
    folder = made.json()["id"]
    assert script.call("PATCH", f"nodes/{folder}", {"name": "Ideas"}).json()["name"] == "Ideas"
    assert script.post("copy", {"ids": [file], "target": folder}).status_code == 200
    moved = script.post("move", {"ids": [file], "target": folder})
    assert moved.status_code == 409
    moved = script.post("move", {"ids": [file], "target": folder, "conflict": "keep_both"})
    assert moved.json() == {"ids": [file]}
    page = script.get(f"folders/{folder}/entries?limit=1").json()
    assert [entry["name"] for entry in page["entries"]] == ["notes (2).txt"]
    rest = script.get(f"folders/{folder}/entries?cursor={page['next_cursor']}").json()
    assert [entry["name"] for entry in rest["entries"]] == ["notes.txt"]
    assert rest["next_cursor"] == ""
    found = script.get("search?q=ideas").json()["entries"]
    assert [entry["id"] for entry in found] == [folder]


def test_the_trash_gives_back_or_forgets(script: Script, root: Node, file: str) -> None:
    assert script.post("trash", {"ids": [file]}).json() == {"ids": [file]}
    assert script.get(f"nodes/{file}").status_code == 404
    assert [entry["id"] for entry in script.get("trash").json()["entries"]] == [file]
    assert script.post("trash/restore", {"ids": [file]}).status_code == 200
    assert script.get(f"nodes/{file}").json()["name"] == "notes.txt"
    script.post("trash", {"ids": [file]})
    assert script.post("trash/purge", {"ids": [file]}).json() == {"purged": 1}
    assert script.post("trash/restore", {"ids": [file]}).status_code == 404


def test_a_link_is_made_listed_and_ended(script: Script, stranger: Script, file: str) -> None:
    made = script.post(f"nodes/{file}/shares", {"label": "printer", "max_downloads": 1})
    assert made.status_code == 201
    path = made.json()["url"].partition("localhost:8000")[2]
    assert Client().get(path).status_code == 200
    listed = script.get(f"nodes/{file}/shares").json()
    assert [(link["label"], link["opens"], link["url"]) for link in listed] == [("printer", 1, "")]
    assert stranger.call("DELETE", f"shares/{made.json()['id']}").status_code == 404
    assert script.call("DELETE", f"shares/{made.json()['id']}").status_code == 204
    assert Client().get(path).status_code == 404
    assert script.get(f"nodes/{file}/shares").json() == []


def test_a_zip_holds_what_was_chosen(script: Script, file: str) -> None:
    answer = script.post("zip", {"ids": [file]})
    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert packed.namelist() == ["notes.txt"]


def calls(root: Any, file: str) -> list[tuple[str, str, Any]]:
    ids = {"ids": [file]}
    return [
        ("GET", f"nodes/{file}", None),
        ("PATCH", f"nodes/{file}", {"name": "x"}),
        ("GET", f"folders/{root}/entries", None),
        ("POST", f"folders/{root}/folders", {"name": "x"}),
        ("PUT", f"folders/{root}/content?path=x", b"x"),
        ("GET", f"files/{file}/content", None),
        ("GET", f"files/{file}/versions", None),
        ("GET", f"files/{file}/versions/1/content", None),
        ("POST", f"files/{file}/versions/1/restore", None),
        ("DELETE", f"files/{file}/versions/1", None),
        ("POST", "zip", ids),
        ("GET", f"nodes/{file}/shares", None),
        ("POST", f"nodes/{file}/shares", {}),
        ("GET", f"nodes/{file}/grants", None),
        ("POST", f"nodes/{file}/grants", {"address": "x@example.com"}),
        ("GET", f"folders/{root}/requests", None),
        ("POST", f"folders/{root}/requests", {"label": "x"}),
        ("POST", "trash", ids),
        ("POST", "move", ids | {"target": str(root)}),
        ("POST", "copy", ids | {"target": str(root)}),
    ]


def test_strangers_find_nothing(stranger: Script, root: Node, file: str) -> None:
    own = stranger.get("root").json()["id"]
    for method, path, data in calls(root.pk, file):
        answer = stranger.call(method, path, data)
        assert answer.status_code == 404, path
        assert answer["Content-Type"] == "application/problem+json", path
    # Into a folder of one's own, what is another's; and what is one's own, into another's.
    assert stranger.post("move", {"ids": [file], "target": own}).status_code == 404
    assert Node.objects.get(pk=file).parent_id == root.pk
    for step in ("restore", "purge"):
        assert stranger.post(f"trash/{step}", {"ids": [file]}).status_code == 404


@pytest.mark.parametrize("secret", ["", "d360_wrong", "x" * 4000, "\u00fc"])
def test_without_a_good_token_nothing_opens(root: Node, file: str, secret: str) -> None:
    nobody = Script(secret)
    for method, path, data in [*calls(root.pk, file), ("GET", "root", None), ("GET", "trash", 0)]:
        answer = nobody.call(method, path, data)
        assert answer.status_code == 401, path
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_opens_nothing_here(owner: User, root: Node, file: str) -> None:
    browser = Client()
    browser.force_login(owner)
    assert browser.get(f"/api/v1/nodes/{file}").status_code == 401


def test_a_token_that_reads_does_not_write(owner: User, root: Node, file: str) -> None:
    reader = make_script(owner, "read")
    for method, path, data in calls(root.pk, file):
        expected = 200 if method == "GET" else 403
        assert reader.call(method, path, data).status_code == expected, path


def test_a_token_is_no_way_around_enrolment(owner: User, script: Script, settings: Any) -> None:
    settings.SECOND_FACTOR = "everyone"
    assert script.get("root").status_code == 403
    make_app(owner)
    assert script.get("root").status_code == 200


def test_a_token_opens_no_page_of_the_site(script: Script) -> None:
    assert script.client.get("/files/").status_code == 302
    assert script.client.get("/account/tokens/").status_code == 302


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("move", {"ids": [], "target": MISSING}, 422),
        ("move", {"ids": ["x"], "target": MISSING}, 422),
        ("trash", {"ids": [MISSING] * 1001}, 422),
        ("trash", [], 422),
        ("zip", {"ids": [MISSING]}, 404),
        # Asked for nothing, it finds nothing.
        ("search?q=", None, 200),
        ("search?min_size=x", None, 422),
        ("search?q=%00", None, 200),
        (f"folders/{MISSING}/entries", None, 404),
        ("nodes/x", None, 404),
    ],
)
def test_odd_requests_are_refused_plainly(
    script: Script, path: str, data: Any, status: int
) -> None:
    answer = script.call("POST" if data is not None else "GET", path, data)
    assert answer.status_code == status, answer.content


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b"null"])
def test_a_body_that_is_no_json(script: Script, body: bytes) -> None:
    answer = script.call("POST", "trash", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b", "x" * 256, "\u202etxt"])
def test_names_are_checked_as_on_the_site(script: Script, root: Node, name: str) -> None:
    answer = script.post(f"folders/{root.pk}/folders", {"name": name})
    assert answer.status_code in {201, 400, 422}
    if answer.status_code == 201:
        assert "\u202e" not in answer.json()["name"]


def test_the_root_can_be_neither_renamed_nor_deleted(script: Script, root: Node) -> None:
    assert script.call("PATCH", f"nodes/{root.pk}", {"name": "x"}).status_code == 404
    assert script.post("trash", {"ids": [str(root.pk)]}).status_code == 404


def test_a_listing_costs_the_same_for_more(
    script: Script, root: Node, django_assert_max_num_queries: Any
) -> None:
    create_folder(parent=root, name="first")
    script.get("root")
    with django_assert_max_num_queries(7) as few:
        script.get(f"folders/{root.pk}/entries")
    for number in range(12):
        create_folder(parent=root, name=f"f{number}")
    with django_assert_max_num_queries(len(few)):
        assert len(script.get(f"folders/{root.pk}/entries").json()["entries"]) == 13
