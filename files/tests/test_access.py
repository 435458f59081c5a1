"""Every route, tried by its owner, a stranger and nobody.

ASVS 5.0: 8.2.2, 8.3.1. A route without a row here fails the test of the list.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from files import urls
from files.activity import Act
from files.conflicts import Conflict
from files.models import Node, Preview
from files.requests import create_request
from files.sharing import create_link
from files.tags import create_tag
from files.tests.factories import OwnerFactory, let_in, make_file, make_folder
from files.trash import trash_nodes
from files.tree import root_of
from files.uploads.create import create_upload


@dataclass(frozen=True)
class Row:
    """How to call a route. `node` goes into the path, "id" and "target" into the form."""

    method: str = "get"
    node: str = ""
    data: dict[str, str] = field(default_factory=dict)
    owner: int = 200
    stranger: int = 404
    extra: tuple[str, ...] = ()
    # 302 or 401, where the gate answers.
    nobody: int = 0


ROUTES = {
    "home": Row(stranger=200),
    "search": Row(stranger=200),
    "space": Row(stranger=200),
    "starred": Row(stranger=200),
    "recent": Row(stranger=200),
    "star": Row("post", data={"id": "file"}),
    "unstar": Row("post", data={"id": "file"}),
    "tag": Row("post", data={"id": "file", "save": "1"}),
    "tags": Row(stranger=200),
    "change_tag": Row("post", "tag", {"name": "other"}),
    "merge_tag": Row("post", "tag", owner=404),
    "delete_tag": Row("post", "tag"),
    "trash": Row(stranger=200),
    "empty_trash": Row("post", stranger=200),
    "folder": Row(node="folder"),
    "new_folder": Row("post", "folder", {"name": "made"}),
    "upload": Row("put", "folder", owner=400),
    "new_folders": Row("post", "folder", owner=400),
    "conflicts": Row("post", "folder", owner=400),
    "create_upload": Row("post", "folder", owner=400),
    "uploads": Row(stranger=200),
    "upload_state": Row(node="under_way"),
    "sign_parts": Row("post", "under_way", owner=400),
    "complete_upload": Row("post", "under_way", owner=400),
    "upload_part": Row("put", owner=403, stranger=403, extra=("forged",), nobody=403),
    "move": Row("post", data={"id": "file", "target": "folder"}),
    "copy": Row("post", data={"id": "file", "target": "folder"}),
    "zip": Row("post", data={"id": "file"}),
    "delete": Row("post", data={"id": "file"}),
    "restore": Row("post", data={"id": "trashed"}),
    "purge": Row("post", data={"id": "trashed"}),
    "detail": Row(node="file"),
    "share": Row("post", "file", {"days": "7"}),
    "change_share": Row(node="link"),
    "grant": Row("post", "folder", {"address": "x@example.com", "role": "viewer"}, owner=302),
    "change_grant": Row("post", "grant", {"role": "editor"}, owner=302),
    "revoke_grant": Row("post", "grant", owner=302),
    # For who is let in, not for who lets in.
    "leave": Row("post", "grant", owner=404),
    "ask_for_files": Row("post", "folder", {"label": "x", "days": "7"}),
    "change_request": Row(node="request"),
    "close_request": Row("post", "request", owner=302),
    "reopen_request": Row("post", "request", owner=302),
    "end_request": Row("post", "request", owner=302),
    "shared": Row(stranger=200),
    "shares": Row(stranger=200),
    "activity": Row(stranger=200),
    "node_activity": Row(node="file"),
    "revoke_share": Row("post", "link", owner=302),
    "versions": Row(node="replaced"),
    "version": Row(node="replaced", extra=("1",)),
    "version_download": Row(node="replaced", extra=("1",)),
    "version_content": Row(node="picture", extra=("1",)),
    "version_preview": Row(node="picture", extra=("1", "thumbnail")),
    "new_version": Row("put", "file", owner=201),
    "create_version_upload": Row("post", "file", owner=400),
    "version_restore": Row("post", "replaced", extra=("1",)),
    "version_delete": Row("post", "replaced", extra=("1",)),
    "rename": Row("post", "file", {"name": "other"}),
    "download": Row(node="file"),
    "content": Row(node="picture"),
    "thumbnail": Row(node="picture"),
    "preview": Row(node="file"),
    "preview_file": Row(node="picture", extra=("thumbnail",)),
}


@pytest.fixture
def things(owner: Any, root: Node) -> dict[str, Any]:
    picture = make_file(root, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    trashed = make_file(root, "trashed.txt")
    trash_nodes(owner=owner, nodes=[trashed])
    Preview.objects.update_or_create(
        blob=picture.content,
        variant="thumbnail",
        defaults={
            "state": Preview.State.READY,
            "media_type": "image/webp",
            "key": picture.content.key if picture.content else "",
        },
    )
    file = make_file(root, "file.txt")
    folder = make_folder(owner, "folder")
    make_file(root, "replaced.txt", b"old")
    return {
        "replaced": make_file(root, "replaced.txt", b"new", Conflict.REPLACE),
        "folder": folder,
        "grant": let_in(OwnerFactory(), folder),
        "request": create_request(node=folder, label="x")[0],
        "file": file,
        "tag": create_tag(user=owner, name="work"),
        "link": create_link(node=file)[0],
        "picture": picture,
        "trashed": trashed,
        "under_way": create_upload(
            folder=root, path="a", size=10, conflict=Conflict.ASK, key="k", act=Act(actor=owner)
        ).upload,
    }


def call(client: Client, name: str, things: dict[str, Any]) -> int:
    row = ROUTES[name]
    args = [things[row.node].pk] if row.node else []
    data = {
        key: str(things[value].pk) if key in {"id", "target"} else value
        for key, value in row.data.items()
    }
    response = getattr(client, row.method)(
        reverse(f"files:{name}", args=[*args, *row.extra]),
        data if row.method == "post" else None,
        headers={"Accept": "application/json" if row.method != "get" else "text/html"},
    )
    if hasattr(response, "streaming_content"):
        b"".join(response.streaming_content)
    return int(response.status_code)


def test_every_route_has_a_row() -> None:
    assert {pattern.name for pattern in urls.urlpatterns} == set(ROUTES)


@pytest.mark.parametrize("name", ROUTES)
def test_owner(name: str, own: Client, things: dict[str, Any]) -> None:
    assert call(own, name, things) == ROUTES[name].owner


@pytest.mark.parametrize("name", ROUTES)
def test_stranger(name: str, stranger: Any, browser_of: Any, things: dict[str, Any]) -> None:
    root_of(stranger)
    before = set(Node.objects.values_list("pk", "parent", "name", "trashed_at"))
    assert call(browser_of(stranger), name, things) == ROUTES[name].stranger
    assert set(Node.objects.values_list("pk", "parent", "name", "trashed_at")) == before


@pytest.mark.parametrize("name", ROUTES)
def test_nobody(name: str, client: Client, things: dict[str, Any]) -> None:
    expected = ROUTES[name].nobody or (302 if ROUTES[name].method == "get" else 401)
    assert call(client, name, things) == expected


@pytest.mark.parametrize("name", ROUTES)
def test_staff_are_strangers_too(
    name: str, stranger: Any, browser_of: Any, things: dict[str, Any], settings: Any
) -> None:
    # What the gate would ask of staff first is not what is tried here.
    settings.SECOND_FACTOR = "optional"
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    assert call(browser_of(stranger), name, things) == ROUTES[name].stranger


def test_a_strangers_folder_is_no_target(
    owner: Any, stranger: Any, browser_of: Any, things: dict[str, Any]
) -> None:
    mine = make_file(root_of(stranger), "mine.txt")
    for name in ("files:move", "files:copy"):
        response = browser_of(stranger).post(
            reverse(name),
            {"id": str(mine.pk), "target": str(things["folder"].pk)},
            headers={"Accept": "application/json"},
        )
        assert response.status_code == 404


@pytest.mark.parametrize("name", [name for name, row in ROUTES.items() if row.method != "get"])
def test_nothing_changes_without_the_token(name: str, owner: Any, things: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert call(client, name, things) == 403


SHOWN_BY_GET = {
    "version_delete",
    "new_version",
    "merge_tag",
    "new_folder",
    "rename",
    "move",
    "copy",
    "share",
    "tag",
}


@pytest.mark.parametrize(
    "name",
    [name for name, row in ROUTES.items() if row.method != "get" and name not in SHOWN_BY_GET],
)
def test_nothing_changes_by_get(name: str, own: Client, things: dict[str, Any]) -> None:
    row = ROUTES[name]
    args = [*([things[row.node].pk] if row.node else []), *row.extra]
    assert own.get(reverse(f"files:{name}", args=args)).status_code == 405
