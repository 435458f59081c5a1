"""One streamed request per file: constant memory, whatever the size."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from files.activity import SITE, Act
from files.blobs import Readable, discard_bytes, store_bytes
from files.conflicts import Conflict
from files.errors import NameTakenError, QuotaError
from files.models import Blob, Node
from files.names import clean_path
from files.quota import require_room, vault_of
from files.uploads.finish import (
    is_taken,
    key_of_sender,
    place_version,
    place_within,
    was_kept,
)
from files.uploads.plan import require_size


def receive_stream(
    *,
    owner: AbstractBaseUser,
    folder: Node,
    path: str,
    stream: Readable,
    size: int | None,
    conflict: Conflict,
    act: Act = SITE,
    sent_as: str = "",
) -> Node | None:
    """Keep what the stream gives as a file at the relative `path` below the folder.

    `size` is what the sender announced, in bytes; None where it is not known. `sent_as` is a key
    by which the sender knows this upload: sent again by the same key, as after an answer that was
    lost, the same bytes make no second file. Returns None where SKIP found the name taken. Raises
    InvalidNameError, NameTakenError, QuotaError, TooLargeError, UploadError for no key,
    IncompleteError, StorageFullError or StoreUnavailableError; nothing is kept then. Call it
    outside of a transaction: the bytes must be on the disk before a row names them.
    """
    *folders, name = names = clean_path(path)
    sent_as = key_of_sender(sent_as, owner_id=folder.owner_id, act=act)
    if size is not None:
        require_size(size)
    try:
        taken = is_taken(folder=folder, names=names, conflict=conflict)
        if size is not None:
            require_room(vault=vault_of(folder.owner_id), size=size)
    except (NameTakenError, QuotaError):
        if not was_kept(owner_id=folder.owner_id, sent_as=sent_as, size=size):
            raise
    else:
        if taken and not was_kept(owner_id=folder.owner_id, sent_as=sent_as, size=size):
            return None
    blob = store_bytes(
        owner=owner, stream=stream, name=name, expected=size, limit=settings.FILES_MAX_SIZE
    )
    blob.sent_as = sent_as
    return keep(
        blob,
        lambda: place_within(
            folder=folder, folders=folders, name=name, blob=blob, conflict=conflict, act=act
        ),
    )


def receive_version(
    *, node: Node, stream: Readable, size: int, act: Act = SITE, sent_as: str = ""
) -> Node:
    """Keep what the stream gives as the newest version of a file, in its owner's space.

    `size` is what the sender announced, in bytes; by `sent_as` it makes one version, however often
    it is sent. Raises as receive_stream does, but for names,
    and Node.DoesNotExist where the file has been deleted. Call it outside of a transaction.
    """
    sent_as = key_of_sender(sent_as, owner_id=node.owner_id, act=act)
    require_size(size)
    if not was_kept(owner_id=node.owner_id, sent_as=sent_as, size=size):
        require_room(vault=vault_of(node.owner_id), size=size)
    blob = store_bytes(
        owner=node.owner,
        stream=stream,
        name=node.name,
        expected=size,
        limit=settings.FILES_MAX_SIZE,
    )
    blob.sent_as = sent_as
    return keep(blob, lambda: place_version(node=node, blob=blob, act=act))


def keep[N: (Node, Node | None)](blob: Blob, place: Callable[[], N]) -> N:
    """Return what `place` makes of stored bytes. Where it makes nothing of them, they are deleted.

    `place` gives the blob its row, or not: where the same has come before.
    """
    kept = False
    try:
        # The row and what names it in one: each commit waits for the disk.
        with transaction.atomic():
            node = place()
            kept = getattr(node, "content_id", None) == blob.pk
    finally:
        # Where the commit alone failed, nobody knows whether it took place: the bytes stay, and
        # the sweeper deletes them if no row came of it.
        if not kept:
            discard_bytes(blob)
    return node
