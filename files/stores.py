"""The stores that hold blobs. Each blob's row says which one has it.

New bytes go to the store that FILES_STORE names. A vault that moves from one to the other is read
from both meanwhile.
"""

from django.conf import settings
from django.core.files.storage import Storage, storages

LOCAL = "local"
S3 = "s3"


def current_store() -> str:
    """Return the name of the store that takes new bytes."""
    return str(settings.FILES_STORE)


def configured_stores() -> list[str]:
    """Return the names of all stores that may hold something."""
    return [name for name in (LOCAL, S3) if name in settings.STORAGES]


def store_named(name: str) -> Storage:
    """Return a store. Raises InvalidStorageError for one that is not configured."""
    return storages[name]
