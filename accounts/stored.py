"""What accounts keep in the store by themselves: pictures, and archives of a person's data.

Blobs have a row that says in which store they are. These have none: they are in the store that is in
use or, where the site has moved from one to the other, still in the other one.
"""

from typing import IO, Any

from django.conf import settings
from django.core.files.storage import Storage, default_storage, storages

# Both names of the same store are in STORAGES: its own, and "default".
NAMES = ("local", "s3")


def _stores() -> list[Storage]:
    """Return the store in use, and then the other where there is one."""
    others = [n for n in NAMES if n in settings.STORAGES and n != settings.FILES_STORE]
    return [default_storage, *(storages[name] for name in others)]


def open_stored(key: str) -> IO[Any]:
    """Open what was kept, wherever it is. Raises FileNotFoundError where it is nowhere."""
    *first, last = _stores()
    for store in first:
        try:
            return store.open(key, "rb")
        except FileNotFoundError:
            continue
    return last.open(key, "rb")


def delete_stored(key: str) -> None:
    """Delete it wherever it is: what one person has kept is nobody's in an old store either."""
    for store in _stores():
        store.delete(key)
