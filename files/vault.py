"""A person's vault as a whole: walked, measured, deleted."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.storage import Storage, default_storage
from django.db import transaction

from files.models import Blob, Node, Preview, Vault
from files.quota import lock_vault
from files.stores import store_named
from files.tree import lock_tree, root_of


def walk_vault(*, owner: AbstractBaseUser) -> Iterator[tuple[str, Blob]]:
    """Yield each living file's path, such as `Holiday/beach.jpg`, and its content.

    Two queries; folders are held in memory, files are not.
    """
    folders = Node.objects.owned_by(owner).living().folders()
    known = {pk: (parent, name) for pk, parent, name in folders.values_list("pk", "parent", "name")}
    files = Node.objects.owned_by(owner).living().files().select_related("content")
    for node in files.iterator(chunk_size=500):
        if node.content is not None:
            yield _path(node.parent_id, known, node.name), node.content


def _path(folder: UUID | None, known: dict[UUID, tuple[UUID | None, str]], name: str) -> str:
    parts = [name]
    while folder is not None:
        folder, above = known[folder]
        parts.append(above)
    return "/".join(reversed(parts)).removeprefix("/")


def storage_used(owner_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the bytes that each owner keeps, versions and trash too; one query."""
    return dict(Vault.objects.filter(pk__in=owner_ids).values_list("pk", "used"))


@transaction.atomic
def delete_vault(*, owner: AbstractBaseUser) -> int:
    """Delete everything a person keeps, for good. Returns how many blobs that were.

    The bytes go once the transaction has committed: no row may name what is gone.
    """
    root_of(owner)
    lock_tree(owner.pk)
    vault = lock_vault(owner.pk)
    blobs = Blob.objects.filter(owner=owner.pk)
    keys = [(store_named(store), key) for store, key in blobs.values_list("store", "key")]
    made = Preview.objects.filter(blob__owner=owner.pk).exclude(key="")
    previews = [(default_storage, key) for key in made.values_list("key", flat=True)]
    Node.objects.owned_by(owner).delete()
    blobs.delete()
    Vault.objects.filter(pk=vault.pk).update(used=0, told_level=0)
    transaction.on_commit(lambda: _delete_objects([*keys, *previews]))
    return len(keys)


def _delete_objects(objects: list[tuple[Storage, str]]) -> None:
    for store, key in objects:
        store.delete(key)
