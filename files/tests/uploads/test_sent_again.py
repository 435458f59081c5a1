"""A file whose answer was lost is sent again by the same key, and is there once."""

import io
from functools import partial
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from files import requests
from files.activity import Act
from files.conflicts import Conflict
from files.errors import NameTakenError, QuotaError, TooLargeError, UploadError
from files.models import Activity, Blob, FileRequest, Node, Vault, Version
from files.quota import usage_of
from files.tests.factories import OwnerFactory, make_file, make_folder, read_file
from files.uploads.receive import receive_stream

KEY = "1f2e-a.0c9x"
BODY = b"twelve bytes"
CONFLICTS = [Conflict.ASK, Conflict.KEEP_BOTH, Conflict.REPLACE, Conflict.SKIP]


def receive(
    root: Node, body: bytes = BODY, *, conflict: Conflict = Conflict.ASK, key: str = KEY
) -> Node | None:
    return receive_stream(
        owner=root.owner,
        folder=root,
        path="Trip/a.txt",
        stream=io.BytesIO(body),
        size=len(body),
        conflict=conflict,
        sent_as=key,
    )


def names(owner: Any) -> list[str]:
    files = Node.objects.owned_by(owner).living().files()
    return sorted(files.values_list("name", flat=True))


def stored(owner: Any) -> int:
    return len(default_storage.listdir(f"users/{owner.pk}")[1])


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_the_same_is_there_once(root: Node, owner: Any, conflict: Conflict) -> None:
    first = receive(root, conflict=conflict)
    again = receive(root, conflict=conflict)
    assert first is not None
    assert again == first
    assert names(owner) == ["a.txt"]
    assert Version.objects.count() == Blob.objects.count() == stored(owner) == 1
    assert usage_of(owner).used == len(BODY)
    assert Activity.objects.filter(kind="uploaded").count() == 1


def test_a_replaced_file_gets_one_version(root: Node, owner: Any) -> None:
    receive(root, b"old", key="")
    for _ in range(2):
        node = receive(root, conflict=Conflict.REPLACE)
        assert node is not None
        assert read_file(node) == BODY
    assert list(Version.objects.values_list("number", flat=True).order_by("number")) == [1, 2]
    assert stored(owner) == 2


def test_a_copy_beside_another_is_found_by_what_it_is_called_now(root: Node, owner: Any) -> None:
    receive(root, b"old", key="")
    first, again = (receive(root, conflict=Conflict.KEEP_BOTH) for _ in range(2))
    assert first == again
    assert names(owner) == ["a (2).txt", "a.txt"]


def test_other_bytes_by_the_same_key_are_another_file(root: Node, owner: Any) -> None:
    receive(root)
    with pytest.raises(NameTakenError):
        receive(root, b"other bytes!")
    assert stored(owner) == 1
    receive(root, b"other bytes!", conflict=Conflict.KEEP_BOTH)
    assert names(owner) == ["a (2).txt", "a.txt"]


def test_without_a_key_nothing_is_known_again(root: Node) -> None:
    receive(root, key="")
    with pytest.raises(NameTakenError):
        receive(root, key="")


def test_what_took_the_last_space_is_known_again(root: Node, owner: Any) -> None:
    Vault.objects.update_or_create(owner=owner, defaults={"quota": len(BODY)})
    assert receive(root) == receive(root)
    assert usage_of(owner).used == len(BODY)


class Overtaken(io.BytesIO):
    """A body on whose way another try of the same upload arrives."""

    def __init__(self, root: Node) -> None:
        super().__init__(BODY)
        self.root: Node | None = root

    def read(self, size: int | None = -1, /) -> bytes:
        root, self.root = self.root, None
        if root is not None:
            receive(root, conflict=Conflict.KEEP_BOTH)
        return super().read(size)


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_two_tries_at_once_make_one_file(root: Node, owner: Any, conflict: Conflict) -> None:
    node = receive_stream(
        owner=owner,
        folder=root,
        path="Trip/a.txt",
        stream=Overtaken(root),
        size=len(BODY),
        conflict=conflict,
        sent_as=KEY,
    )
    assert node is not None
    assert names(owner) == ["a.txt"]
    assert Version.objects.count() == stored(owner) == 1


@pytest.mark.parametrize("key", ["with space", "ä", "x" * 65])
def test_what_is_no_key_is_refused(root: Node, owner: Any, key: str) -> None:
    with pytest.raises(UploadError, match="1 to 64 plain characters"):
        receive(root, key=key)
    assert names(owner) == []


def test_by_a_known_key_no_more_is_read_than_fits(root: Node, owner: Any) -> None:
    receive(root)
    Vault.objects.filter(owner=owner).update(quota=2 * len(BODY))
    unread = io.BytesIO(b"x" * 1000)
    with pytest.raises(QuotaError):
        receive_stream(
            owner=owner,
            folder=root,
            path="Trip/b.txt",
            stream=unread,
            size=1000,
            conflict=Conflict.ASK,
            sent_as=KEY,
        )
    assert unread.tell() == 0


def test_by_a_known_key_no_more_is_read_than_a_guest_may_send(owner: Any) -> None:
    folder = make_folder(owner, "Inbox")
    asked, _secret = requests.create_request(node=folder, max_file_bytes=len(BODY))
    for body, fits in ((BODY, True), (b"x" * 1000, False)):
        stream = io.BytesIO(body)
        sent = partial(
            requests.receive_for_request,
            request=asked,
            name="a.txt",
            stream=stream,
            size=len(body),
            act=Act(guest="Anna", request=asked),
            sent_as=KEY,
        )
        if fits:
            sent()
        else:
            with pytest.raises(TooLargeError):
                sent()
            assert stream.tell() == 0


def test_nobody_meets_by_a_key_what_another_has_sent(owner: Any) -> None:
    folder = make_folder(owner, "Inbox")
    make_file(folder, "a.txt", b"taken")
    send = partial(
        receive_stream,
        owner=owner,
        folder=folder,
        path="a.txt",
        size=len(BODY),
        conflict=Conflict.KEEP_BOTH,
        sent_as=KEY,
    )
    asked, _secret = requests.create_request(node=folder)
    whom = [Act(actor=owner), Act(actor=OwnerFactory()), Act(guest="Anna", request=asked)]
    for act in [*whom, *whom]:
        send(stream=io.BytesIO(BODY), act=act)
    assert names(owner) == ["a (2).txt", "a (3).txt", "a (4).txt", "a.txt"]


# -- Over HTTP -----------------------------------------------------------------------------------
def put(client: Client, address: str, key: str = KEY) -> Any:
    headers = {"Idempotency-Key": f'"{key}"', "Accept": "application/json"}
    return client.generic("PUT", address, BODY, headers=headers)


def test_a_page_sends_again(own: Client, root: Node, owner: Any) -> None:
    address = f"{reverse('files:upload', args=[root.pk])}?path=a.txt"
    first, again = put(own, address), put(own, address)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert put(own, address, "another").status_code == 409
    assert names(owner) == ["a.txt"]


def test_a_new_version_is_made_once(own: Client, root: Node, owner: Any) -> None:
    file = make_file(root, "a.txt", b"old")
    address = reverse("files:new_version", args=[file.pk])
    assert [put(own, address).status_code for _ in range(2)] == [201, 201]
    assert Version.objects.filter(node=file).count() == stored(owner) == 2
    assert put(own, address, "another").status_code == 201
    assert Version.objects.filter(node=file).count() == 3


def test_a_guest_sends_again_what_was_the_last(owner: Any) -> None:
    folder = make_folder(owner, "Inbox")
    asked, secret = requests.create_request(
        node=folder, label="Invoices", max_files=1, max_bytes=len(BODY)
    )
    address = f"{reverse('sender:open', args=[secret])}file/?name=a.txt&sender=Anna"
    guest = Client()
    assert [put(guest, address).status_code for _ in range(2)] == [201, 201]
    assert names(owner) == ["a.txt"]
    asked.refresh_from_db()
    assert (asked.files, asked.bytes) == (1, len(BODY))
    assert put(guest, address, "another").status_code == 400
    assert FileRequest.objects.get().files == 1
