"""People's pictures, which lie beside the blobs, on their way out and back.

They are never changed either, only replaced by others. In a backup each size is among the blobs,
by a name made of its key, so that lists of names and what is given up by them hold for both.
"""

import hashlib
import logging

from django.core.files.base import File
from django.core.files.storage import Storage, default_storage

from accounts.avatars.changes import everybodys_keys
from accounts.stores import open_file
from devops360.backups.blobs import NAME_LENGTH, Content, place_of, plain, send
from devops360.backups.errors import BackupError, UnreadableError

logger = logging.getLogger(__name__)

# Far beyond the largest size of a picture.
MAX_BYTES = 10 * 1024**2


def name_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:NAME_LENGTH]


def picture_names() -> list[str]:
    """Return the names of all pictures, in order."""
    return sorted(map(name_of, everybodys_keys()))


def copy_pictures_out(destination: Storage, *, public_key: str) -> int:
    """Copy those that are not there yet; return how many. Raises BackupError for the destination.

    One that is not in the store is told in the log alone: its person replaced it meanwhile, or has
    been without it for long.
    """
    copied = 0
    for key in everybodys_keys():
        place = place_of(name_of(key), is_encrypted=bool(public_key))
        if destination.exists(place):
            continue
        try:
            with open_file(key) as source:
                content = Content(source, expected=None, limit=MAX_BYTES)
                send(content, destination, place, public_key=public_key)
        except (FileNotFoundError, UnreadableError) as error:
            logger.warning("picture not there", extra={"key": key, "reason": str(error)})
        else:
            copied += 1
    return copied


def copy_pictures_back(source: Storage, *, secret_key: str) -> int:
    """Bring every picture that the restored database names into the store; return how many."""
    copied = 0
    for key in everybodys_keys():
        place = place_of(name_of(key), is_encrypted=bool(secret_key))
        if default_storage.exists(key):
            continue
        try:
            with source.open(place, "rb") as raw, plain(raw, secret_key) as stream:
                default_storage.save(key, File(stream))
        except (FileNotFoundError, BackupError) as error:
            logger.warning("picture not there", extra={"key": key, "reason": str(error)})
        else:
            copied += 1
    return copied
