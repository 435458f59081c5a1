"""A full disk, one that takes no writes, a database gone at COMMIT: told plainly, whole again."""

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.test import Client
from django.urls import reverse

from files.models import Blob, Node, Version
from files.quota import usage_of
from files.recount import recount_vaults
from files.sweep import sweep
from files.tests.factories import OwnerFactory, make_file, read_file
from files.tree import root_of
from files.versions import newest_version

pytestmark = pytest.mark.django_db(transaction=True)
AS_SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def owner() -> Any:
    return OwnerFactory()


@pytest.fixture
def root(owner: Any) -> Node:
    return root_of(owner)


@pytest.fixture
def client(owner: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    return client


def upload(client: Client, root: Node, conflict: str = "ask") -> Any:
    return client.put(
        reverse("files:upload", args=[root.pk]) + f"?path=a.txt&conflict={conflict}",
        b"precious",
        content_type="application/octet-stream",
    )


def objects() -> list[Path]:
    return [path for path in Path(current.MEDIA_ROOT).rglob("*") if path.is_file()]


def failing_disk(number: int) -> Callable[[int], None]:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def failing_commit(monkeypatch: Any, *, done: bool) -> None:
    """Lose the connection at the next COMMIT of a transaction that made a version."""
    kind: Any = type(connections[DEFAULT_DB_ALIAS])
    commit = kind._commit

    def lose(self: Any) -> None:
        if not Version.objects.exists():
            commit(self)
            return
        monkeypatch.undo()
        if done:
            commit(self)
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(kind, "_commit", lose)


@pytest.mark.parametrize(
    ("number", "status"),
    [(errno.ENOSPC, 507), (errno.EDQUOT, 507), (errno.EROFS, 503), (errno.EIO, 503)],
)
def test_a_disk_that_refuses_is_told_and_leaves_nothing(
    client: Client, root: Node, monkeypatch: Any, number: int, status: int
) -> None:
    monkeypatch.setattr(os, "fsync", failing_disk(number))
    answer = upload(client, root)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert objects() == []
    assert usage_of(root.owner).used == Blob.objects.count() == 0
    monkeypatch.undo()
    assert upload(client, root).status_code == 201


def test_a_database_that_goes_at_commit_leaves_nothing_half_done(
    client: Client, root: Node, monkeypatch: Any, settings: Any
) -> None:
    failing_commit(monkeypatch, done=False)
    answer = upload(client, root)
    assert answer.status_code == 503
    assert "try it again" in answer.json()["error"]
    assert not Node.objects.files().exists()
    assert (usage_of(root.owner).used, Version.objects.count()) == (0, 0)
    # Nobody knew whether it took place: the sweeper, who does, takes the bytes.
    assert upload(client, root).status_code == 201
    assert usage_of(root.owner).used == 8
    settings.FILES_ORPHAN_DAYS = 0
    assert sweep().orphans == 1
    assert len(objects()) == 1


def test_a_commit_whose_answer_is_lost_keeps_the_file(
    client: Client, owner: Any, root: Node, monkeypatch: Any
) -> None:
    failing_commit(monkeypatch, done=True)
    assert upload(client, root).status_code == 503
    (node,) = Node.objects.files()
    assert read_file(node) == b"precious", "it was committed: its bytes may not go"
    assert usage_of(owner).used == 8
    assert upload(client, root).status_code == 409, "the retry finds it there"
    assert recount_vaults() == 0


def test_restoring_a_version_is_whole_or_not_at_all(
    client: Client, root: Node, monkeypatch: Any
) -> None:
    node = make_file(root, "a.txt", b"old")
    assert upload(client, root, "replace").status_code in {200, 201}
    failing_commit(monkeypatch, done=False)
    address = reverse("files:version_restore", args=[node.pk, 1])
    assert client.post(address, headers=AS_SCRIPT).status_code == 503
    assert read_file(node) == b"precious"
    assert newest_version(node).number == 2
    assert client.post(address, headers=AS_SCRIPT).status_code == 200
    assert read_file(node) == b"old"


def test_a_sweep_that_cannot_delete_goes_on_another_day(
    root: Node, monkeypatch: Any, settings: Any
) -> None:
    """The row is gone, the object is not: the next sweep knows it as an orphan."""
    node = make_file(root, "a.txt")
    Node.objects.filter(pk=node.pk).delete()
    Blob.objects.update(released_at="2020-01-01T00:00:00Z")

    def refuse(path: Any, *args: Any, **kwargs: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "remove", refuse)
    assert sweep(grace=timedelta(0)).blobs == 1
    assert len(objects()) == 1
    monkeypatch.undo()
    settings.FILES_ORPHAN_DAYS = 0
    assert sweep().orphans == 1
    assert objects() == []
