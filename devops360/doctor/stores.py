"""The stores: an object is written, read and deleted in each that may hold files."""

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError

from devops360.doctor.findings import Finding, absent, broken, doubtful, good, words_of
from files.errors import FilesError
from files.models import Blob
from files.storage import BLOBS
from files.stores import LOCAL, configured_stores, current_store, store_named

PROBE = 1024 * 1024
# Where a role may write in the bucket; the others keep nothing there (infra/).
PLACES = {"accounts": "avatars"}
PLACE = "previews"
WITHOUT_OBJECTS = frozenset({"admin", "notifications"})


def stores() -> Iterator[Finding]:
    """Write, read and delete an object in each store that is configured."""
    for name in configured_stores():
        part = f"store {name}" + (", in use" if name == current_store() else "")
        if name == LOCAL != current_store() and not _holds_blobs(name):
            # Also where a container has no disk to write to: nobody will.
            yield absent(part, "is not in use, and holds no file")
            continue
        if name == LOCAL and not _has_blobs_folder() and _holds_blobs(name):
            mend = f"Mount the disk of {settings.MEDIA_ROOT}."
            yield broken(part, "is empty, and files are said to be in it", mend)
            continue
        try:
            yield _store(name, part)
        except (OSError, FilesError) as error:
            yield _refused(name, part, error)


def _has_blobs_folder() -> bool:
    return (Path(settings.MEDIA_ROOT) / BLOBS).is_dir()


def _holds_blobs(name: str) -> bool:
    try:
        return Blob.objects.filter(store=name).exists()
    except DatabaseError:
        return False


def _refused(name: str, part: str, error: Exception) -> Finding:
    """Say what a store answers; S3's own words are behind what the site makes of them."""
    words = words_of(error.__cause__ or error)
    if name == LOCAL:
        mend = f"Look at the disk of {settings.MEDIA_ROOT}: is it mounted, for writing, and ours?"
        return broken(part, words, mend)
    if settings.SERVICE in WITHOUT_OBJECTS and "AccessDenied" in words:
        mend = "This role keeps nothing there. Run doctor where the worker runs."
        return doubtful(part, words, mend)
    mend = "Look at S3_BUCKET, S3_ENDPOINT_URL, AWS_REGION, and whose credentials these are."
    return broken(part, words, mend)


def _store(name: str, part: str) -> Finding:
    store = store_named(name)
    content = secrets.token_bytes(PROBE)
    place = PLACES.get(settings.SERVICE, PLACE)
    start = time.perf_counter()
    key = store.save(f"{place}/doctor/{secrets.token_hex(16)}", ContentFile(content))
    try:
        with store.open(key, "rb") as file:
            read = file.read()
    finally:
        store.delete(key)
    seconds = time.perf_counter() - start
    if read != content:
        return broken(part, "gave back other bytes than it was given", "Replace it at once.")
    return good(part, f"wrote, read and deleted 1 MB in {seconds * 1000:.0f} ms")
