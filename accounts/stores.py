"""Where pictures and archives lie: in the store that takes new ones, or in the one before it.

A vault that moves from one store to the other has both configured meanwhile. Pictures move with its
files (devops360/wiring.py), archives do not: neither has a row that says in which store it is.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage, default_storage, storages

NEW, OURS = "default", ("local", "s3")


def _stores() -> Iterator[Storage]:
    yield default_storage
    for name in OURS:
        if name in settings.STORAGES and settings.STORAGES[name] != settings.STORAGES[NEW]:
            yield storages[name]


def store_of(name: str) -> Storage | None:
    """Return the store that has a file of this name; None where it is lost."""
    return next((store for store in _stores() if store.exists(name)), None)


def open_file(name: str) -> Any:
    """Open a file for reading, wherever it lies. Raises FileNotFoundError where it is lost."""
    for store in _stores():
        try:
            return store.open(name)
        except FileNotFoundError:
            continue
    raise FileNotFoundError(name)


def delete_file(name: str) -> None:
    """Delete a file wherever it lies. Harmless to repeat."""
    for store in _stores():
        store.delete(name)
