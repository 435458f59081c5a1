"""Makers of what the tests of files need."""

import io
import secrets
from typing import Any

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from files.blobs import open_blob, store_bytes
from files.conflicts import Conflict
from files.models import Blob, Grant, Node
from files.tree import create_folder, root_of
from files.uploads.receive import receive_stream


class OwnerFactory(DjangoModelFactory):  # type: ignore[misc]
    class Meta:
        model = get_user_model()

    username = factory.Sequence(lambda number: f"person{number}")
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.com")
    password = factory.LazyFunction(lambda: secrets.token_hex(8))


def make_file(
    folder: Node,
    name: str = "notes.txt",
    content: bytes = b"Hello, vault.\n",
    conflict: Conflict = Conflict.ASK,
) -> Node:
    """Upload `content` as `name`, which may be a relative path."""
    node = receive_stream(
        owner=folder.owner,
        folder=folder,
        path=name,
        stream=io.BytesIO(content),
        size=len(content),
        conflict=conflict,
    )
    assert node is not None
    return node


def store_blob(*, owner: Any, **wishes: Any) -> Blob:
    """Store bytes as `store_bytes` does, with a row that no version names: it may be swept."""
    blob = store_bytes(owner=owner, **wishes)
    blob.save(force_insert=True)
    return blob


def make_folder(owner: Any, *names: str) -> Node:
    """Make folders, one inside of the other, below the owner's root. Returns the last."""
    folder = root_of(owner)
    for name in names:
        folder = create_folder(parent=folder, name=name)
    return folder


def read_file(node: Node) -> bytes:
    """Return what the file holds, from the store."""
    node.refresh_from_db()
    assert node.content is not None
    with open_blob(node.content) as file:
        content: bytes = file.read()
    return content


def let_in(person: Any, node: Node, role: Grant.Role = Grant.Role.VIEWER) -> Grant:
    """Share a thing with a person, who is known by an address of theirs."""
    return Grant.objects.create(node=node, address=person.email, person=person, role=role)
