"""What a store really holds, whatever the rows say: listed a folder at a time."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from files.object_storage import VaultS3Storage, plain_errors
from files.stores import store_named


@dataclass(frozen=True)
class Stored:
    """An object as its store knows it; `modified` by the store's own clock."""

    key: str
    size: int
    modified: datetime

    @property
    def folder(self) -> str:
        return self.key.rpartition("/")[0]


def list_objects(name: str, *, prefix: str, after: str = "") -> Iterator[Stored]:
    """Yield the objects below `prefix`, one folder after the other, in the order of folders.

    `after` names a folder: those up to it are left out. Memory does not grow with what is there.
    """
    store = store_named(name)
    if isinstance(store, VaultS3Storage):
        return _list_bucket(store, prefix, after)
    return _list_folder(Path(store.path("")), prefix, after)


def _list_folder(base: Path, prefix: str, after: str) -> Iterator[Stored]:
    top = base / prefix
    if not top.is_dir():
        return
    for owner in sorted(os.listdir(top)):  # noqa: PTH208  (names alone, of as many as people)
        if f"{prefix}/{owner}" <= after or not (top / owner).is_dir():
            continue
        with os.scandir(top / owner) as entries:
            for entry in entries:
                try:
                    found = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                modified = datetime.fromtimestamp(found.st_mtime, UTC)
                yield Stored(f"{prefix}/{owner}/{entry.name}", found.st_size, modified)


def _list_bucket(store: VaultS3Storage, prefix: str, after: str) -> Iterator[Stored]:
    where: dict[str, Any] = {"Bucket": store.bucket_name, "Prefix": f"{prefix}/"}
    if after:
        # "0" is the character after "/": all that lies in the folder comes before it.
        where["StartAfter"] = f"{after}0"
    pages = store.client.get_paginator("list_objects_v2").paginate(**where)
    with plain_errors():
        for page in pages:
            for item in page.get("Contents", []):
                yield Stored(item["Key"], item["Size"], item["LastModified"])
