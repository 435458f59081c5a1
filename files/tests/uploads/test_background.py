"""Large files are put together by the worker; their senders ask again, or are told."""

from typing import Any

import pytest
from django.test import Client

from files.models import Node, Upload
from files.tests.factories import make_file, read_file
from files.tests.uploads.sender import PART, Sender, pattern
from files.uploads import complete
from files.uploads.abort import expire_uploads
from files.uploads.background import finish_upload
from notifications.models import Notification

pytestmark = pytest.mark.django_db


@pytest.fixture
def enqueued(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the worker was asked for; nobody does it by themselves here."""
    settings.FILES_PART_SIZE, settings.FILES_COMPLETE_SIZE = PART, PART
    asked: list[Any] = []
    monkeypatch.setattr(complete, "enqueue_completion", asked.append)
    monkeypatch.setattr("files.uploads.abort.enqueue_completion", asked.append)
    return asked


@pytest.fixture
def sender(enqueued: list[Any], own: Client, root: Node) -> Sender:
    return Sender(own, root, pattern(PART + 99))


def send(sender: Sender, **more: Any) -> Upload:
    sender.create(**more)
    for number in sender.numbers:
        assert sender.put(number) == 200
    answer = sender.complete()
    assert (answer.status_code, answer.json()) == (202, {"state": "completing"})
    assert answer.headers["Retry-After"]
    return Upload.objects.get()


def test_asked_again_until_it_is_there(sender: Sender, enqueued: list[Any]) -> None:
    upload = send(sender)
    assert sender.complete().status_code == 202
    assert enqueued == [upload.pk], "the worker is asked once"
    finish_upload(upload_id=upload.pk)
    finish_upload(upload_id=upload.pk)
    answer = sender.complete()
    assert answer.status_code == 201
    assert read_file(Node.objects.get(pk=answer.json()["id"])) == sender.content


def test_no_part_comes_any_more(sender: Sender) -> None:
    send(sender)
    assert sender.sign(1).status_code == 409


def test_a_worker_that_died_is_asked_again(sender: Sender, enqueued: list[Any]) -> None:
    upload = send(sender)
    enqueued.clear()
    expire_uploads()
    assert enqueued == [upload.pk]


def test_a_taken_name_waits_for_its_sender(sender: Sender) -> None:
    upload = send(sender)
    make_file(sender.folder, "film.bin")
    finish_upload(upload_id=upload.pk)
    assert sender.complete().json()["conflicts"] == ["film.bin"]
    assert sender.complete(conflict="keep_both").status_code == 201


def test_what_is_not_what_was_announced_is_told(sender: Sender) -> None:
    upload = send(sender, sha256="0" * 64)
    finish_upload(upload_id=upload.pk)
    assert not Upload.objects.exists()
    assert Notification.objects.get().kind == "upload_failed"
    assert sender.complete().status_code == 404
