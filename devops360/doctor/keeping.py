"""Where things are kept: the database, the cache, the disks."""

import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from devops360.doctor.findings import Finding, broken, doubtful, good

OLDEST_POSTGRES = 150_000
CLOCK_SECONDS = 5
# Below this share, or this many bytes, a disk is nearly full.
FREE_SHARE, FREE_BYTES = 0.1, 2 * 1024**3


def database() -> Iterator[Finding]:
    start = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    waited = f"answers in {(time.perf_counter() - start) * 1000:.1f} ms"
    yield from _sqlite(waited) if connection.vendor == "sqlite" else _postgres(waited)
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield broken("migrations", f"{len(missing)} are not applied", "Run manage.py migrate.")
    else:
        yield good("migrations", "all applied")


def _sqlite(waited: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        values = {}
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            values[name] = str(cursor.fetchone()[0])
    if values != {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}:
        yield broken("database", f"SQLite, {values}", "Let settings.py open it: see 0002.")
    elif settings.PRODUCTION:
        yield doubtful(
            "database",
            f"SQLite, {waited}: one machine, one writer at a time",
            "For several machines set DATABASE_URL to a PostgreSQL.",
        )
    else:
        yield good("database", f"SQLite, {waited}")


def _postgres(waited: str) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
        cursor.execute("SHOW synchronous_commit")
        durable = cursor.fetchone()[0]
    if version < OLDEST_POSTGRES:
        yield broken("database", f"PostgreSQL {version // 10_000}", "Use version 15 or newer.")
    elif durable == "off":
        yield doubtful(
            "database",
            f"PostgreSQL {version // 10_000}, synchronous_commit is off",
            "Switch it on: an upload that was acknowledged must survive a crash.",
        )
    else:
        yield good("database", f"PostgreSQL {version // 10_000}, {waited}")


def clock() -> Iterator[Finding]:
    """Compare this machine's clock with the database's."""
    words = "SELECT CURRENT_TIMESTAMP"
    with connection.cursor() as cursor:
        cursor.execute(words)
        theirs = cursor.fetchone()[0]
    if isinstance(theirs, str):
        theirs = datetime.fromisoformat(f"{theirs}+00:00")
    apart = abs((timezone.now() - theirs).total_seconds())
    if apart > CLOCK_SECONDS:
        yield broken(
            "clock",
            f"{apart:.0f} s from the database's",
            "Run an NTP client on both: codes and signatures depend on the time.",
        )
    else:
        yield good("clock", "agrees with the database's")


def shared_cache() -> Iterator[Finding]:
    key, value = f"doctor:{secrets.token_hex(8)}", secrets.token_hex(8)
    cache.set(key, value, 60)
    held = cache.get(key)
    cache.delete(key)
    if held != value:
        yield broken("cache", "forgets", "Run manage.py createcachetable: limits live in it.")
    else:
        yield good("cache", "keeps what it is given")


def disks() -> Iterator[Finding]:
    """Look at what is free where files, state and temporary files lie; each disk once."""
    seen: set[int] = set()
    for path in (Path(settings.MEDIA_ROOT), settings.STATE_DIR, Path(tempfile.gettempdir())):
        if not path.exists() or path.stat().st_dev in seen:
            continue
        seen.add(path.stat().st_dev)
        usage = shutil.disk_usage(path)
        words = f"{usage.free / 1024**3:.1f} of {usage.total / 1024**3:.1f} GiB free at {path}"
        if usage.free < min(FREE_BYTES, usage.total * FREE_SHARE):
            yield doubtful("disk", words, "Make room: uploads are refused when it is full.")
        else:
            yield good("disk", words)
