"""Where the apps meet. accounts and files do not know each other; the project knows both."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from accounts.deletion import register_cleaner
from accounts.export import ExportItem, register_exporter
from accounts.models import User
from accounts.storage_use import register_storage_use
from files.blobs import read_blob
from files.vault import delete_vault, storage_used, walk_vault

# These hold their own compression: packing them again costs time and saves nothing.
PACKED = ("image/", "video/", "audio/", "application/zip", "application/pdf", "application/gzip")


def connect_apps() -> None:
    """Tell accounts what files can do for a person's account. Harmless to repeat."""
    register_exporter("files", export_files)
    register_cleaner(delete_files)
    register_storage_use(storage_used)


def export_files(user: User) -> Iterator[ExportItem]:
    """Yield every living file of the person's vault under its own path."""
    for path, blob in walk_vault(owner=user):
        packed = blob.media_type.startswith(PACKED)
        yield ExportItem(str(PurePosixPath(path)), read_blob(blob), compressed=packed)


def delete_files(user: User) -> None:
    delete_vault(owner=user)
