"""Which part store belongs to which store of blobs."""

from typing import Any

from files.stores import LOCAL, S3, store_named
from files.uploads.local import LocalParts
from files.uploads.part_stores import PartStore
from files.uploads.s3 import S3Parts

KINDS: dict[str, Any] = {LOCAL: LocalParts, S3: S3Parts}


def part_store(name: str) -> PartStore:
    """Return the part store of a store of blobs, by the latter's name."""
    store: PartStore = KINDS[name](store_named(name))
    return store
