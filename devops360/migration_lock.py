"""One migration at a time: when many processes start at once, one migrates and the others wait."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

# Whatever else takes advisory locks in this database takes other numbers: "devops36" in ASCII.
KEY = int.from_bytes(b"devops36") >> 1
PAUSE = 0.2


class MigrationLockError(Exception):
    """Somebody else has been migrating for all the time that was waited."""


@contextmanager
def migration_lock(connection: BaseDatabaseWrapper, *, seconds: float) -> Iterator[None]:
    """Hold the lock of this database's migrations; wait up to `seconds` for it.

    It goes with the process that holds it, however that process ends. On PostgreSQL it is an
    advisory lock of a session of its own (PostgreSQL manual, 13.3.5): what a migration does to its
    connection does not touch it. A pooler must keep sessions (PgBouncer: `pool_mode = session`). On
    SQLite it is a lock on a file beside the database.

    Raises MigrationLockError.
    """
    locked: AbstractContextManager[None]
    if isinstance(connection, PostgreSQL):
        locked = _advisory(connection, seconds)
    elif isinstance(connection, SQLite) and connection.is_in_memory_db():
        # Of this process alone, as tests have it.
        locked = nullcontext()
    else:
        locked = _file(Path(f"{connection.settings_dict['NAME']}.migrate-lock"), seconds)
    with locked:
        yield


def _wait(take: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not take():
        if time.monotonic() > deadline:
            raise MigrationLockError(
                f"Another process has been migrating this database for {seconds:g} seconds. "
                "Look at what it does, or wait longer with --lock-seconds."
            )
        time.sleep(PAUSE)


@contextmanager
def _advisory(connection: PostgreSQL, seconds: float) -> Iterator[None]:
    # Pools go by alias. The site's own may have one connection, which the migration needs.
    own = connection.copy(alias=f"{connection.alias}, migration lock")

    def take() -> bool:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [KEY])
            return bool(cursor.fetchone()[0])

    try:
        _wait(take, seconds)
        yield
    finally:
        # The session ends, and its lock with it.
        own.close()
        own.close_pool()


@contextmanager
def _file(path: Path, seconds: float) -> Iterator[None]:
    with path.open("a") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        _wait(take, seconds)
        yield
