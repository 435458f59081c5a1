"""One streamed request per file: constant memory, whatever the size."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from files.activity import SITE, Act
from files.blobs import Readable, discard_blob, store_blob
from files.conflicts import Conflict, occupant
from files.errors import NameTakenError
from files.models import Node
from files.names import clean_path
from files.quota import require_room, vault_of
from files.tree import find_folder
from files.uploads.finish import place_blob


def receive_stream(
    *,
    owner: AbstractBaseUser,
    folder: Node,
    path: str,
    stream: Readable,
    size: int | None,
    conflict: Conflict,
    act: Act = SITE,
) -> Node | None:
    """Keep what the stream gives as a file at the relative `path` below the folder.

    `size` is what the sender announced, in bytes; None where it is not known. Returns None where
    SKIP found the name taken. Raises InvalidNameError, NameTakenError, TooLargeError,
    IncompleteError, QuotaError or StorageFullError; nothing is kept then. Call it outside of a
    transaction: the bytes must be on the disk before a row names them.
    """
    *folders, name = clean_path(path)
    # Before the bytes come: nobody should send 5 GB to learn that there is no room, or that the
    # name is taken. Both are decided again, under a lock, when the bytes are here.
    if size is not None and size <= settings.FILES_MAX_SIZE:
        require_room(vault=vault_of(owner.pk), size=size)
    if conflict in {Conflict.ASK, Conflict.SKIP}:
        place = find_folder(folder=folder, names=folders)
        if place is not None and occupant(place, name) is not None:
            if conflict is Conflict.SKIP:
                return None
            raise NameTakenError([name])
    blob = store_blob(
        owner=owner, stream=stream, name=name, expected=size, limit=settings.FILES_MAX_SIZE
    )
    try:
        node = place_blob(
            folder=folder, folders=folders, name=name, blob=blob, conflict=conflict, act=act
        )
    except BaseException:
        discard_blob(blob)
        raise
    if node is None:
        discard_blob(blob)
    return node
