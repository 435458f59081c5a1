"""Snapshots: made, listed, restored, and given up when they are old."""

import hashlib
import heapq
import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Right
from django.utils import timezone

from accounts.models import Archive
from devops360.backups.blobs import NAME_LENGTH, Tally, copy_back, copy_out
from devops360.backups.database import bring_up_to_date, dump_database, restore_database
from devops360.backups.destinations import files_below, folders_in
from devops360.backups.encryption import SUFFIX, decrypted, encrypted
from devops360.backups.errors import BackupError
from devops360.backups.pictures import copy_pictures_back, copy_pictures_out, picture_names
from files.models import Blob

logger = logging.getLogger(__name__)

FORMAT = 1
NAME = "%Y-%m-%dT%H-%M-%SZ"
# A blob's row is committed after its bytes, by however long that takes; clocks differ, too.
MARGIN = timedelta(hours=6)


@dataclass(frozen=True)
class Manifest:
    """What a snapshot says of itself."""

    format: int
    # When it began: the database is of then, or of a moment later.
    started_at: str
    engine: str
    is_encrypted: bool
    # Of the dump as it was before encryption.
    database_sha256: str
    database_bytes: int
    # The last migration of each app: which code can run it.
    migrations: dict[str, str]
    blobs: int
    blob_bytes: int
    # Those that could not be read.
    lost: list[str]
    # For whom it is encrypted; unknown of snapshots that are older than this field.
    public_key: str = ""


def snapshot_names(destination: Storage) -> list[str]:
    """Return the names of whole snapshots, the oldest first."""
    names = folders_in(destination, "snapshots")
    return [name for name in names if destination.exists(f"snapshots/{name}/manifest.json")]


def read_manifest(destination: Storage, name: str) -> Manifest:
    """Raises BackupError for a snapshot that is not there, damaged, or of another format."""
    try:
        with destination.open(f"snapshots/{name}/manifest.json", "rb") as file:
            content = json.load(file)
        if content["format"] != FORMAT:
            raise BackupError(f"Snapshot {name} has format {content['format']}, not {FORMAT}.")
        return Manifest(**content)
    except FileNotFoundError as error:
        raise BackupError(f"There is no snapshot {name}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(
            f"The manifest of {name} is damaged: {error}. Name another one."
        ) from error


def make_snapshot(
    *, destination: Storage, public_key: str = "", full: bool = False
) -> tuple[str, Manifest, Tally]:
    """Back up the database, then every blob that is not there yet; return the snapshot's name.

    With `full`, each blob is looked for, not only those made since the last snapshot. Consistent
    while the site runs: see the package. Raises BackupError.
    """
    started = timezone.now()
    name = started.strftime(NAME)
    earlier = list(_manifests(destination))
    _require_same_key(earlier, public_key)
    since = None if full else _since(earlier, is_encrypted=bool(public_key))
    digest, size = _save_database(destination, name, public_key)
    tally = copy_out(destination, public_key=public_key, since=since)
    tally.pictures = copy_pictures_out(destination, public_key=public_key)
    _save_list(destination, name)
    totals = Blob.objects.filter(released_at=None).values_list("size", flat=True)
    manifest = Manifest(
        format=FORMAT,
        started_at=started.isoformat(),
        engine=connection.vendor,
        is_encrypted=bool(public_key),
        database_sha256=digest,
        database_bytes=size,
        migrations=_last_migrations(),
        blobs=totals.count(),
        blob_bytes=sum(totals.iterator(chunk_size=10_000)),
        lost=list(tally.lost),
        public_key=public_key,
    )
    text = json.dumps(asdict(manifest), indent=2)
    destination.save(f"snapshots/{name}/manifest.json", ContentFile(text.encode()))
    return name, manifest, tally


def _manifests(destination: Storage) -> Iterator[Manifest]:
    """Yield those of whole snapshots, the newest first; a damaged one is no reason to make none."""
    for name in reversed(snapshot_names(destination)):
        try:
            yield read_manifest(destination, name)
        except BackupError as error:
            logger.warning("snapshot passed over", extra={"reason": str(error)})


def _require_same_key(earlier: list[Manifest], public_key: str) -> None:
    """Blobs are there once for all snapshots: a second key would not open those of the first."""
    others = {manifest.public_key for manifest in earlier} - {"", public_key}
    if public_key and others:
        raise BackupError(
            "The backups there are encrypted for another key, which alone opens what they share. "
            "Begin in another place, and keep that key for as long as those."
        )


def _since(earlier: list[Manifest], *, is_encrypted: bool) -> datetime | None:
    """Return from when on blobs may be missing there; None for from the beginning."""
    for manifest in earlier:
        if manifest.is_encrypted == is_encrypted and not manifest.lost:
            return datetime.fromisoformat(manifest.started_at) - MARGIN
    return None


def _save_database(destination: Storage, name: str, public_key: str) -> tuple[str, int]:
    """Return the dump's SHA-256 and its bytes."""
    with tempfile.TemporaryDirectory(prefix="backup-") as folder:
        dump = Path(folder) / "database"
        dump_database(dump)
        with dump.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            place = f"snapshots/{name}/database"
            if public_key:
                with encrypted(file, public_key) as stream:
                    destination.save(place + SUFFIX, File(stream))
            else:
                destination.save(place, File(file))
        return digest, dump.stat().st_size


def _save_list(destination: Storage, name: str) -> None:
    """Save the names of all blobs and pictures, in order: what none lists any more can go."""
    names = (
        Blob.objects.annotate(name=Right("key", NAME_LENGTH))
        .order_by("name")
        .values_list("name", flat=True)
    )
    with tempfile.TemporaryFile() as file:
        for line in heapq.merge(names.iterator(chunk_size=10_000), picture_names()):
            file.write(f"{line}\n".encode())
        file.seek(0)
        destination.save(f"snapshots/{name}/blobs.txt", File(file))


def _last_migrations() -> dict[str, str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return {app: max(name for other, name in applied if other == app) for app, _ in applied}


def restore_snapshot(*, source: Storage, name: str = "", secret_key: str = "") -> Tally:
    """Fill the empty database and the present store from a snapshot, the newest by default.

    Raises BackupError: before anything is written where the database is not empty, the key is
    missing, or the dump is not what the manifest says.
    """
    names = snapshot_names(source)
    if not names:
        raise BackupError("There is no whole snapshot there.")
    name = name or names[-1]
    manifest = read_manifest(source, name)
    if manifest.engine != connection.vendor:
        raise BackupError(f"It is of {manifest.engine}; this database is {connection.vendor}.")
    if manifest.is_encrypted and not secret_key:
        raise BackupError("It is encrypted. Set BACKUP_SECRET_KEY, or BACKUP_SECRET_KEY_FILE.")
    key = secret_key if manifest.is_encrypted else ""
    with _database_of(source, name, manifest, key) as dump:
        restore_database(dump)
    # The code may be newer: what follows asks the tables for what it knows.
    bring_up_to_date()
    # Of all of a person's data: not in a backup, and made again when asked for.
    Archive.objects.all().delete()
    tally = copy_back(source, secret_key=key)
    tally.pictures = copy_pictures_back(source, secret_key=key)
    return tally


@contextmanager
def _database_of(source: Storage, name: str, manifest: Manifest, key: str) -> Iterator[Path]:
    place = f"snapshots/{name}/database{SUFFIX if key else ''}"
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        dump = Path(folder) / "database"
        with source.open(place, "rb") as raw:
            opened: Any = decrypted(raw, key) if key else nullcontext(raw)
            with opened as stream, dump.open("wb") as out:
                while chunk := stream.read(1024 * 1024):
                    out.write(chunk)
        with dump.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != manifest.database_sha256:
            raise BackupError(f"The dump of {name} is damaged: its digest is {digest}.")
        yield dump


def prune_snapshots(*, destination: Storage, keep: int) -> tuple[int, int]:
    """Give up all but the newest `keep` snapshots, and blobs that none of those names.

    Returns how many snapshots and blobs those were. Lists are read side by side, in order, so that
    memory does not grow with them; what was copied lately belongs to a snapshot under way.
    """
    names = snapshot_names(destination)
    going, staying = names[:-keep], names[-keep:]
    for name in going:
        # The manifest first: from then on it is no snapshot any more.
        for file in ("manifest.json", "database", f"database{SUFFIX}", "blobs.txt"):
            destination.delete(f"snapshots/{name}/{file}")
    with ExitStack() as stack:
        lists = [stack.enter_context(_listed(destination, name)) for name in staying]
        wanted = heapq.merge(*lists)
        return len(going), _delete_unnamed(destination, wanted)


@contextmanager
def _listed(destination: Storage, name: str) -> Iterator[Iterator[str]]:
    with destination.open(f"snapshots/{name}/blobs.txt", "rb") as file:
        yield (line.decode().strip() for line in file)


def _delete_unnamed(destination: Storage, wanted: Iterator[str]) -> int:
    limit = timezone.now() - MARGIN
    pruned = 0
    next_wanted = next(wanted, None)
    for place in files_below(destination, "blobs"):
        name = place.rpartition("/")[2].removesuffix(SUFFIX)
        while next_wanted is not None and next_wanted < name:
            next_wanted = next(wanted, None)
        if name != next_wanted and destination.get_modified_time(place) < limit:
            destination.delete(place)
            pruned += 1
    return pruned
