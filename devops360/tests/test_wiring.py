"""What accounts and files do for each other, without knowing each other."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client

from accounts.deletion import delete_person
from accounts.export import stream_export
from accounts.storage_use import storage_used
from accounts.tests.factories import UserFactory
from accounts.tests.verified import sign_in_verified
from files.models import Blob, Node
from files.quota import set_quota, usage_of
from files.sizes import filesize
from files.tests.factories import OwnerFactory, make_file
from files.trash import trash_nodes
from files.tree import root_of
from notifications.events import notify
from notifications.models import Endpoint
from notifications.receivers.webhooks import add_webhook


@pytest.fixture
def person(db: None) -> Any:
    return OwnerFactory()


def test_the_export_holds_every_living_file(person: Any) -> None:
    root = root_of(person)
    make_file(root, "Holiday/día 1/a.txt", b"precious")
    make_file(root, "b.txt", b"b")
    trash_nodes(owner=person, nodes=[make_file(root, "gone.txt")])
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_export(user=person))))
    assert archive.read("files/Holiday/día 1/a.txt") == b"precious"
    assert archive.read("files/b.txt") == b"b"
    assert "account/profile.json" in archive.namelist()
    assert not [name for name in archive.namelist() if "gone" in name]


def test_what_is_lost_keeps_nothing_else_from_its_owner(person: Any) -> None:
    root = root_of(person)
    make_file(root, "kept.txt", b"kept")
    lost = make_file(root, "lost.txt", b"lost")
    assert lost.content is not None
    default_storage.delete(lost.content.key)
    type(person).objects.filter(pk=person.pk).update(avatar="avatars/nowhere")
    person.refresh_from_db()
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_export(user=person))))
    assert archive.read("files/kept.txt") == b"kept"
    assert b"damaged" in archive.read("files/lost.txt is damaged.txt")
    assert "account/avatar.webp" not in archive.namelist()


def test_the_export_holds_what_a_person_was_told(person: Any) -> None:
    _webhook, secret = add_webhook(user=person, url="https://hooks.example.com/", label="Mine")
    other = UserFactory.create()
    for somebody in (person, other):
        told = {"actor": str(somebody.pk), "name": "Plän"}
        notify(kind="file_shared", to=somebody, context=told)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_export(user=person))))
    notices = json.loads(archive.read("notifications/notifications.json"))
    assert [notice["kind"] for notice in notices] == ["webhook_added", "file_shared"]
    assert notices[1]["context"] == {"actor": str(person.pk), "name": "Plän"}
    (address,) = json.loads(archive.read("notifications/addresses.json"))
    assert (address["channel"], address["label"]) == ("webhook", "Mine")
    assert json.loads(archive.read("notifications/times.json")) == []
    whole = b"".join(archive.read(name) for name in archive.namelist())
    challenge = Endpoint.objects.get(user=person).data["challenge"]
    for hidden in (secret, challenge, str(other.pk)):
        assert hidden.encode() not in whole


def test_storage_used_counts_versions_and_trash_of_each(person: Any) -> None:
    other = OwnerFactory()
    make_file(root_of(person), "a.txt", b"12345")
    trash_nodes(owner=person, nodes=[make_file(root_of(person), "b.txt", b"123")])
    assert storage_used(user_ids=[person.pk, other.pk]) == {person.pk: 8, other.pk: 0}


@pytest.mark.django_db(transaction=True)
def test_a_deleted_person_leaves_no_byte(person: Any) -> None:
    other = OwnerFactory()
    kept = make_file(root_of(other), "kept.txt")
    node = make_file(root_of(person), "deep/a.txt")
    trash_nodes(owner=person, nodes=[make_file(root_of(person), "b.txt")])
    key = node.content.key if node.content else ""
    # Django takes the key from an instance that it has deleted.
    pk = person.pk
    delete_person(user=person)
    assert not default_storage.exists(key)
    assert default_storage.listdir(f"users/{pk}")[1] == []
    assert Blob.objects.get() == kept.content
    assert not Node.objects.filter(owner_id=pk).exists()


@pytest.fixture
def boss(db: None) -> Client:
    client = Client()
    sign_in_verified(client, UserFactory.create(is_staff=True, is_superuser=True))
    return client


def change(boss: Client, person: Any, quota: str) -> Any:
    data = {"username": person.username, "display_name": "", "quota": quota}
    return boss.post(f"/admin/accounts/user/{person.pk}/change/", data)


def test_an_administrator_sets_a_quota_and_sees_what_is_used(boss: Client, person: Any) -> None:
    make_file(root_of(person), "secret name.txt", b"12345")
    assert change(boss, person, "1.5").status_code == 302
    assert usage_of(person).quota == 1_500_000_000
    page = boss.get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
    assert 'value="1.500"' in page
    assert f"{filesize(settings.FILES_QUOTA)}, as everyone" in page
    assert "5\xa0bytes" in page
    assert "secret name" not in page
    assert change(boss, person, "").status_code == 302
    assert usage_of(person).quota == settings.FILES_QUOTA


def test_a_quota_that_is_none_is_refused(boss: Client, person: Any) -> None:
    for wrong in ("-1", "much"):
        assert change(boss, person, wrong).status_code == 200
    assert usage_of(person).quota == settings.FILES_QUOTA


def test_a_quota_set_to_the_byte_survives_another_change(boss: Client, person: Any) -> None:
    set_quota(owner_id=person.pk, quota=114_567_891)
    change(boss, person, "0.115")
    assert usage_of(person).quota == 114_567_891
