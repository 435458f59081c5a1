"""Where backups lie: a folder, or a bucket."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import Storage
from storages.backends.s3 import S3Storage

from files.storage import DurableFileSystemStorage


def destination_at(place: str) -> Storage:
    """Return the folder, or the bucket of `s3://bucket/prefix`; credentials as boto3 finds them.

    Nothing there is ever overwritten: both storages refuse, or choose another name.
    """
    parts = urlsplit(place)
    if parts.scheme == "s3":
        return S3Storage(
            bucket_name=parts.netloc,
            location=parts.path.strip("/"),
            file_overwrite=False,
            region_name=settings.AWS_REGION or None,
            endpoint_url=settings.S3_ENDPOINT_URL or None,
            signature_version="s3v4",
        )
    return DurableFileSystemStorage(location=Path(place).expanduser().absolute())


def folders_in(storage: Storage, path: str) -> list[str]:
    """Return the names of the folders below a path, in order; none where it is not there."""
    try:
        folders, _files = storage.listdir(path)
    except FileNotFoundError:
        return []
    return sorted(folders)


def files_below(storage: Storage, path: str) -> Iterator[str]:
    """Yield all files two levels below, as blobs lie, in the order of their names."""
    for folder in folders_in(storage, path):
        _folders, files = storage.listdir(f"{path}/{folder}")
        yield from (f"{path}/{folder}/{name}" for name in sorted(files))
