"""Many processes migrate at once: one does, the others wait for it, and nobody waits for ever."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from devops360 import environment
from devops360.migration_lock import migration_lock
from tests.operations.databases import empty_database

MIGRATE = (sys.executable, "manage.py", "migrate", "--no-input")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables of a site whose database has no tables yet, and that has one connection."""
    own = {"STATE_DIR": str(tmp_path), "MEDIA_ROOT": str(tmp_path / "media"), "DATABASE_POOL": "1"}
    with empty_database(tmp_path) as database:
        yield own | database


@pytest.fixture
def connection(place: dict[str, str], django_db_blocker: Any) -> Iterator[BaseDatabaseWrapper]:
    """A connection to that database. Pools go by alias: "default" is the tests' own."""
    database = environment.database(place["DATABASE_URL"], pool_size=1)
    connection = ConnectionHandler({"default": {}, "own": database})["own"]
    with django_db_blocker.unblock():
        yield connection
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def start(place: dict[str, str], *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*MIGRATE, *more],
        cwd=settings.BASE_DIR,
        env=os.environ | place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_three_at_once_apply_each_migration_once(place: dict[str, str]) -> None:
    running = [start(place) for _ in range(3)]
    said = [process.communicate(timeout=180)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert sorted("No migrations to apply" in words for words in said) == [False, True, True]


def test_whoever_waits_too_long_is_told(
    place: dict[str, str], connection: BaseDatabaseWrapper
) -> None:
    with migration_lock(connection, seconds=1):
        waiting = start(place, "--lock-seconds", "0.5")
        said = waiting.communicate(timeout=60)[0]
        assert waiting.returncode == 1
        assert "Another process has been migrating" in said
        assert "--lock-seconds" in said
        # Only looking takes no lock.
        looking = start(place, "--plan")
        assert "Planned operations" in looking.communicate(timeout=60)[0]
    with migration_lock(connection, seconds=1):
        pass


def test_the_lock_goes_with_a_process_that_is_killed(
    place: dict[str, str], connection: BaseDatabaseWrapper
) -> None:
    killed = start(place, "-v2")
    assert killed.stdout is not None
    while "Applying" not in killed.stdout.readline():
        assert killed.poll() is None, "it ended before its first migration"
    killed.kill()
    killed.communicate(timeout=10)
    with migration_lock(connection, seconds=10):
        pass
    whole = start(place)
    said = whole.communicate(timeout=180)[0]
    assert whole.returncode == 0, said
