"""The database as it was at one moment, by the means of each engine."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from devops360.backups.errors import BackupError


def dump_database(target: Path) -> None:
    """Write the database to a new file while the site goes on. Raises BackupError."""
    if connection.vendor == "sqlite":
        _dump_sqlite(target)
    else:
        _run_postgres("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={target}")


def restore_database(source: Path) -> None:
    """Fill the empty database from a file. Raises BackupError where it holds anything."""
    if connection.introspection.table_names():
        raise BackupError(
            "The database is not empty, and nothing is restored over it. Name an empty one: "
            "DATABASE_URL, or STATE_DIR with SQLite."
        )
    if connection.vendor == "sqlite":
        _restore_sqlite(source)
    else:
        _run_postgres("pg_restore", "--no-owner", "--no-acl", "--exit-on-error", str(source))


def bring_up_to_date() -> None:
    """Apply the migrations that a database of older code lacks."""
    call_command("migrate", interactive=False, verbosity=0)


def _dump_sqlite(target: Path) -> None:
    connection.ensure_connection()
    with sqlite3.connect(target) as copy:
        # In one step: pages written meanwhile would begin a longer copy again.
        connection.connection.backup(copy)
    copy.close()


def _restore_sqlite(source: Path) -> None:
    connection.ensure_connection()
    with sqlite3.connect(source) as copy:
        copy.backup(connection.connection)
    copy.close()


def _run_postgres(program: str, *arguments: str) -> None:
    """Run a client program on the database of the settings; its password not on its line."""
    if shutil.which(program) is None:
        raise BackupError(f"{program} is not here. Install PostgreSQL's client programs.")
    words, extra = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    done = subprocess.run(  # noqa: S603  (a program by name, arguments of our own)
        [program, *words[1:-1], f"--dbname={words[-1]}", *arguments],
        env={**os.environ, **(extra or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")
