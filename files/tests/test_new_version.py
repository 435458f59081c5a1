"""New versions of one file, by who may change it: also of a file that was shared alone."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from files.activity import Act
from files.conflicts import Conflict
from files.errors import FilesError
from files.models import Activity, Blob, Grant, Node, Upload, Vault, Version
from files.moving import move_nodes
from files.quota import usage_of
from files.tests.factories import OwnerFactory, let_in, make_file, make_folder, read_file
from files.trash import purge_trash, trash_nodes
from files.tree import rename_node
from files.uploads.receive import receive_version

JSON = {"Accept": "application/json"}
type Browser = Callable[[Any], Client]


@pytest.fixture
def file(owner: Any) -> Node:
    """A file that lies beside another, in a folder that nobody else sees."""
    folder = make_folder(owner, "Private")
    make_file(folder, "beside.txt", b"secret")
    return make_file(folder, "plan.txt", b"old")


@pytest.fixture
def editor(file: Node) -> Any:
    person = OwnerFactory()
    let_in(person, file, Grant.Role.EDITOR)
    return person


@pytest.fixture
def theirs(editor: Any, browser_of: Browser) -> Client:
    return browser_of(editor)


def address(file: Node) -> str:
    return reverse("files:new_version", args=[file.pk])


def put(client: Client, file: Node, body: bytes = b"new and longer") -> Any:
    return client.generic("PUT", address(file), body, headers=JSON)


def names_in(folder: Node | None) -> set[str]:
    return set(Node.objects.filter(parent=folder).values_list("name", flat=True))


# -- Whole ---------------------------------------------------------------------------------------
def test_an_editor_of_one_file_brings_its_next_version(
    file: Node, owner: Any, editor: Any, theirs: Client
) -> None:
    detail = reverse("files:detail", args=[file.pk])
    assert address(file) in theirs.get(detail).content.decode()
    page = theirs.get(address(file)).content.decode()
    for hidden in ("Private", "beside.txt", str(file.parent_id)):
        assert hidden not in page
    form = {"file": SimpleUploadedFile("other name.bin", b"new and longer")}
    answer = theirs.post(address(file), form, follow=True)
    assert answer.redirect_chain == [(detail, 302)]
    assert "Version 2 is what the file holds now" in answer.content.decode()
    assert read_file(file) == b"new and longer"
    assert (file.name, file.parent_id) == ("plan.txt", Node.objects.get(name="Private").pk)
    newest = Version.objects.get(node=file, number=2)
    assert (newest.created_by, newest.blob.owner) == (editor, owner)
    row = Activity.objects.get(kind="replaced")
    assert (row.actor, row.owner, row.node) == (editor, owner, file)
    assert usage_of(owner).used == len(b"secret" + b"old" + b"new and longer")
    assert usage_of(editor).used == 0


def test_a_script_puts_the_bytes(file: Node, theirs: Client) -> None:
    answer = put(theirs, file)
    assert (answer.status_code, answer.json()["size"]) == (201, 14)
    assert read_file(file) == b"new and longer"
    assert names_in(file.parent) == {"beside.txt", "plan.txt"}


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), (None, 404)])
def test_nobody_else_does(
    file: Node, stranger: Any, browser_of: Browser, role: str | None, status: int
) -> None:
    if role:
        let_in(stranger, file, Grant.Role(role))
    client = browser_of(stranger)
    before = Blob.objects.count()
    assert client.get(address(file)).status_code == status
    assert put(client, file).status_code == status
    assert begin(client, file).status_code == status
    if role:
        page = client.get(reverse("files:detail", args=[file.pk])).content.decode()
        assert address(file) not in page
    assert (Blob.objects.count(), Upload.objects.count()) == (before, 0)


def test_a_folder_has_no_versions(own: Client, owner: Any) -> None:
    folder = make_folder(owner, "Folder")
    assert own.get(address(folder)).status_code == 404
    assert put(own, folder).status_code == 404


def test_an_editor_learns_that_there_is_no_room_and_no_more(
    file: Node, owner: Any, own: Client, theirs: Client
) -> None:
    Vault.objects.update_or_create(owner=owner, defaults={"quota": 10})
    refused = put(theirs, file)
    assert refused.status_code == 507
    assert not any(letter.isdigit() for letter in refused.json()["error"])
    shown = theirs.post(address(file), {"file": SimpleUploadedFile("a", b"new and longer")})
    assert shown.status_code == 400
    assert "no room for it with whoever owns" in shown.content.decode()
    assert "Empty the trash" in put(own, file).json()["error"]
    assert read_file(file) == b"old"


def test_a_form_without_a_file_is_asked_again(file: Node, theirs: Client) -> None:
    answer = theirs.post(address(file), {})
    assert answer.status_code == 400
    assert "Choose a file first" in answer.content.decode()


def test_what_is_gone_meanwhile_gets_none(file: Node, owner: Any) -> None:
    trash_nodes(owner=owner, nodes=[file])
    before = Blob.objects.count()
    with pytest.raises(Node.DoesNotExist):
        receive_version(node=file, stream=io.BytesIO(b"new"), size=3, act=Act(actor=owner))
    assert Blob.objects.count() == before


# -- In parts ------------------------------------------------------------------------------------
def ask_json(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(path, data, content_type="application/json", headers=JSON)


def begin(client: Client, file: Node, size: int = 5, key: str = "one") -> Any:
    way = reverse("files:create_version_upload", args=[file.pk])
    return ask_json(client, way, {"size": size, "key": key})


def send(client: Client, pk: str, body: bytes = b"parts") -> None:
    way = reverse("files:sign_parts", args=[pk])
    url = ask_json(client, way, {"parts": [{"number": 1}]}).json()["urls"][0]["url"]
    assert client.put(url.partition("localhost:8000")[2] or url, body).status_code == 200


def complete(client: Client, pk: str) -> Any:
    return ask_json(client, reverse("files:complete_upload", args=[pk]), {})


def test_a_large_one_comes_in_parts(file: Node, owner: Any, theirs: Client) -> None:
    begun = begin(theirs, file)
    assert begun.status_code == 201
    # Where the file lies is not told.
    assert str(file.parent_id) not in begun.content.decode()
    again = begin(theirs, file)
    assert (again.status_code, again.json()["id"]) == (200, begun.json()["id"])
    assert begin(theirs, file, size=6).status_code == 400
    assert usage_of(owner).reserved == 5
    send(theirs, begun.json()["id"])
    assert complete(theirs, begun.json()["id"]).status_code == 201
    assert read_file(file) == b"parts"
    assert complete(theirs, begun.json()["id"]).status_code == 201
    assert Version.objects.filter(node=file).count() == 2


def test_it_goes_to_the_file_wherever_that_is_by_then(
    file: Node, owner: Any, theirs: Client
) -> None:
    pk = begin(theirs, file).json()["id"]
    send(theirs, pk)
    before = file.parent
    elsewhere = make_folder(owner, "Elsewhere")
    rename_node(node=file, name="renamed.txt")
    move_nodes(owner=owner, nodes=[file], target=elsewhere, conflict=Conflict.ASK)
    assert complete(theirs, pk).status_code == 201
    assert read_file(file) == b"parts"
    assert names_in(before) == {"beside.txt"}
    assert names_in(elsewhere) == {"renamed.txt"}


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), (None, 404)])
def test_rights_that_end_meanwhile_end_it(
    file: Node, theirs: Client, role: str | None, status: int
) -> None:
    pk = begin(theirs, file).json()["id"]
    send(theirs, pk)
    if role:
        Grant.objects.update(role=role)
    else:
        Grant.objects.all().delete()
    assert complete(theirs, pk).status_code == status
    way = reverse("files:sign_parts", args=[pk])
    assert ask_json(theirs, way, {"parts": [{"number": 1}]}).status_code == status
    assert read_file(file) == b"old"


def test_a_file_that_is_deleted_meanwhile_takes_its_upload_along(
    file: Node, owner: Any, theirs: Client
) -> None:
    pk = begin(theirs, file).json()["id"]
    send(theirs, pk)
    trash_nodes(owner=owner, nodes=[file])
    assert complete(theirs, pk).status_code == 404
    purge_trash(owner=owner)
    assert not Upload.objects.exists()
    assert usage_of(owner).reserved == 0


def test_what_the_owner_keeps_already_is_not_sent_again(
    file: Node, own: Client, theirs: Client
) -> None:
    known = Node.objects.get(name="beside.txt").content
    assert known is not None
    wish = {"size": known.size, "key": "k", "sha256": known.sha256}
    way = reverse("files:create_version_upload", args=[file.pk])
    # An editor is not told what else is kept.
    assert ask_json(theirs, way, wish).json()["state"] == "open"
    assert ask_json(own, way, wish).json()["state"] == "done"
    assert read_file(file) == b"secret"


# -- Many at once --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_a_version_each_within_the_quota() -> None:
    owner, people = OwnerFactory(), 6
    file = make_file(make_folder(owner, "Private"), "plan.txt", b"old")
    Vault.objects.update_or_create(owner=owner, defaults={"quota": 3 + 4 * 5})
    barrier = Barrier(people)

    def send_one(number: int) -> Any:
        try:
            barrier.wait()
            node = Node.objects.select_related("owner").get(pk=file.pk)
            return receive_version(node=node, stream=io.BytesIO(b"%05d" % number), size=5)
        except FilesError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(people) as pool:
        results = list(pool.map(send_one, range(people)))
    assert len([result for result in results if isinstance(result, Node)]) == 4
    numbers = Version.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5]
    assert usage_of(owner).used == 23
