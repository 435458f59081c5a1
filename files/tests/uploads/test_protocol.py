"""The contract of uploads in parts, on every store."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from files.errors import FilesError
from files.models import Blob, Node, Upload, Version
from files.quota import usage_of
from files.stores import store_named
from files.tests.factories import make_file, read_file
from files.tests.uploads.sender import PART, Sender, pattern
from files.trash import trash_nodes
from files.uploads.abort import expire_uploads
from files.uploads.background import digest_blob

pytestmark = pytest.mark.django_db


def node_of(answer: dict[str, Any]) -> Node:
    return Node.objects.select_related("content").get(pk=answer["id"])


def read_digest(node: Node) -> None:
    """Do what the worker does once the transaction has committed."""
    assert node.content_id is not None
    digest_blob(blob_id=node.content_id)


def test_parts_in_any_order_make_one_file(sender: Sender) -> None:
    created = sender.create()
    assert created.status_code == 201
    assert (sender.upload["parts"], sender.upload["part_size"]) == (3, PART)
    assert sender.upload["arrived"] == []
    for number in (3, 1, 2):
        assert sender.put(number) == 200
    assert sender.arrived() == [1, 2, 3]
    answer = sender.complete()
    assert answer.status_code == 201
    file = answer.json()
    node = node_of(file)
    assert (file["name"], file["size"]) == ("film.bin", len(sender.content))
    assert read_file(node) == sender.content
    assert node.content is not None
    read_digest(node)
    node.content.refresh_from_db()
    assert node.content.sha256 == hashlib.sha256(sender.content).hexdigest()
    assert node.content.key.startswith(f"users/{node.owner_id}/")
    assert sender.state()["state"] == "done"
    assert sender.state()["file"]["id"] == file["id"]


def test_completing_twice_gives_the_file_once(sender: Sender) -> None:
    first = sender.send()
    again = sender.complete()
    assert (again.status_code, again.json()["id"]) == (201, first["id"])
    assert Node.objects.files().count() == Version.objects.count() == Blob.objects.count() == 1


def test_a_part_is_sent_again_after_failure(sender: Sender) -> None:
    sender.create()
    assert sender.put(1, b"too short") in {400, 403}
    assert sender.arrived() == []
    assert sender.put(1) == sender.put(1) == 200
    assert sender.arrived() == [1]


def test_damaged_bytes_are_refused(sender: Sender) -> None:
    sender.create()
    assert sender.put(1, bytes(PART)) == 400
    assert sender.arrived() == []


def test_what_is_missing_is_named(sender: Sender) -> None:
    sender.create()
    sender.put(2)
    answer = sender.complete()
    assert answer.status_code == 409
    assert answer.json()["missing"] == [1, 3]
    for number in (1, 3):
        sender.put(number)
    assert sender.complete().status_code == 201


def test_the_same_key_is_the_same_upload(sender: Sender) -> None:
    sender.create()
    sender.put(2)
    first = sender.upload["id"]
    again = sender.create()
    assert again.status_code == 200
    assert (again.json()["id"], again.json()["arrived"][0]["number"]) == (first, 2)
    assert Upload.objects.count() == 1


def test_the_key_of_another_file_is_refused(sender: Sender) -> None:
    sender.create()
    assert sender.create(size=5).status_code == 400
    assert sender.create(path="other.bin").status_code == 400


def test_a_key_is_known_after_the_end(sender: Sender) -> None:
    file = sender.send()
    again = sender.create()
    assert again.status_code == 200
    assert again.json()["state"] == "done"
    assert again.json()["file"]["id"] == file["id"]


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1])
def test_sizes_at_the_edges(sender: Sender, size: int) -> None:
    sender.content = pattern(size)
    file = sender.send()
    assert read_file(node_of(file)) == sender.content
    assert file["size"] == size


def test_known_content_is_not_sent_again(sender: Sender, stranger: Any, browser_of: Any) -> None:
    read_digest(node_of(sender.send()))
    digest = hashlib.sha256(sender.content).hexdigest()
    used = usage_of(sender.folder.owner).reserved
    answer = sender.create(path="copy.bin", key="key-2", sha256=digest)
    assert answer.status_code == 201
    assert answer.json()["state"] == "done"
    assert answer.json()["file"]["sha256"] == digest
    assert Blob.objects.count() == 1
    assert Version.objects.count() == 2
    assert usage_of(sender.folder.owner).reserved == used


def test_known_content_of_others_is_not_told(
    sender: Sender, stranger: Any, browser_of: Any
) -> None:
    read_digest(node_of(sender.send()))
    digest = hashlib.sha256(sender.content).hexdigest()
    theirs = Sender(browser_of(stranger), make_file(_root(stranger), "x").parent, sender.content)
    assert theirs.create(sha256=digest).json()["state"] == "open"


def _root(person: Any) -> Node:
    from files.tree import root_of

    return root_of(person)


def test_a_taken_name_is_told_before_any_byte(sender: Sender) -> None:
    make_file(sender.folder, "film.bin")
    answer = sender.create()
    assert answer.status_code == 409
    assert answer.json()["conflicts"] == ["film.bin"]
    assert sender.create(conflict="skip").json() == {"skipped": True}
    assert Upload.objects.count() == 0


def test_a_name_taken_meanwhile_is_asked_about_once_more(sender: Sender) -> None:
    sender.create()
    for number in sender.numbers:
        sender.put(number)
    make_file(sender.folder, "film.bin")
    for _ in range(2):
        answer = sender.complete()
        assert answer.status_code == 409
        assert answer.json()["conflicts"] == ["film.bin"]
    answer = sender.complete(conflict="keep_both")
    assert answer.status_code == 201
    assert answer.json()["name"] == "film (2).bin"
    assert read_file(node_of(answer.json())) == sender.content


def test_skipping_keeps_what_is_there(sender: Sender) -> None:
    sender.create()
    for number in sender.numbers:
        sender.put(number)
    there = make_file(sender.folder, "film.bin", b"there")
    assert sender.complete(conflict="skip").json() == {"skipped": True}
    assert sender.complete().json() == {"skipped": True}
    assert read_file(there) == b"there"
    assert list(Blob.objects.all()) == [there.content]


def test_a_folder_deleted_meanwhile(sender: Sender, own: Client) -> None:
    folder = make_file(sender.folder, "dir/there.txt").parent
    sender.folder = folder
    sender.create()
    for number in sender.numbers:
        sender.put(number)
    assert folder is not None
    trash_nodes(owner=folder.owner, nodes=[folder])
    assert sender.complete().status_code == 404
    assert usage_of(folder.owner).reserved == len(sender.content), "it may be restored"


def test_giving_up_frees_all(sender: Sender) -> None:
    sender.create()
    sender.put(1)
    assert usage_of(sender.folder.owner).reserved == len(sender.content)
    url = reverse("files:upload_state", args=[sender.upload["id"]])
    assert sender.client.delete(url).status_code == 204
    assert usage_of(sender.folder.owner).reserved == 0
    assert Upload.objects.count() == 0
    assert sender.client.get(url).status_code == 404
    assert sender.create().status_code == 201, "the key is free again"


def test_the_forgotten_expire(sender: Sender) -> None:
    sender.create()
    sender.put(1)
    assert expire_uploads() == 0
    assert expire_uploads(now=timezone.now() + timedelta(days=8)) == 1
    assert usage_of(sender.folder.owner).reserved == 0
    assert not Upload.objects.exists()
    assert not Blob.objects.exists()


def test_an_expired_one_waiting_for_an_answer_takes_its_bytes_along(sender: Sender) -> None:
    sender.create()
    for number in sender.numbers:
        sender.put(number)
    make_file(sender.folder, "film.bin")
    sender.complete()
    blob = Blob.objects.get(uploads__isnull=False)
    expire_uploads(now=timezone.now() + timedelta(days=8))
    assert not store_named(blob.store).exists(blob.key)
    assert not Blob.objects.filter(pk=blob.pk).exists()


def test_signatures_are_for_one_part_of_one_upload(sender: Sender) -> None:
    sender.create()
    assert sender.sign(4).status_code == 400
    assert sender.sign(0).status_code == 400
    assert sender.post("sign_parts", {"parts": [{"number": 1, "sha256": "x"}]}).status_code == 400
    assert sender.post("sign_parts", {"parts": ["1"]}).status_code == 400


def test_strangers_see_nothing_of_it(sender: Sender, stranger: Any, browser_of: Any) -> None:
    sender.create()
    own, sender.client = sender.client, browser_of(stranger)
    assert sender.sign(1).status_code == 404
    assert sender.complete().status_code == 404
    url = reverse("files:upload_state", args=[sender.upload["id"]])
    assert sender.client.get(url).status_code == 404
    assert sender.client.delete(url).status_code == 404
    assert sender.client.get(reverse("files:uploads")).json() == {"uploads": []}
    assert own.get(reverse("files:uploads")).json()["uploads"][0]["path"] == "film.bin"


def test_the_digest_is_read_once_where_the_store_did_not_say(sender: Sender) -> None:
    node = node_of(sender.send())
    Blob.objects.update(sha256="")
    read_digest(node)
    read_digest(node)
    assert Blob.objects.get().sha256 == hashlib.sha256(sender.content).hexdigest()


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": -1},
        {"size": "5"},
        {"size": True},
        {"size": None},
        {"path": ""},
        {"path": "../x"},
        {"key": ""},
        {"key": "x" * 65},
        {"key": "tab\t"},
        {"sha256": "ABC"},
        {"path": 5},
    ],
)
def test_nonsense_is_refused_with_words(own: Client, root: Node, wrong: dict[str, Any]) -> None:
    answer = Sender(own, root, b"x").create(**wrong)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert Upload.objects.count() == 0


def test_errors_have_statuses() -> None:
    from files.views.answers import STATUS

    assert set(FilesError.__subclasses__()) <= set(STATUS)
