"""Rung 06: the PostgreSQL that a learner runs the site on."""

import subprocess
from collections.abc import Iterator

import psycopg

from tests.infra.tools import ROOT

OLDEST = 150000


def shortcomings(url: str) -> Iterator[str]:
    """Yield what is missing in the database at the address."""
    if not url.startswith("postgres"):
        yield "Set DATABASE_URL=postgres://…, here and where the site is started."
        return
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            yield from _about(connection)
    except psycopg.Error as error:
        yield f"The database was not reached: {str(error).strip().splitlines()[-1]}"


def _about(connection: psycopg.Connection) -> Iterator[str]:
    version = connection.info.server_version
    if version < OLDEST:
        yield f"It is PostgreSQL {version // 10000}: take 15 or newer."
    if not _one(connection, "SELECT to_regclass('accounts_user') IS NOT NULL"):
        yield "The site's tables are not there: make run with this DATABASE_URL."
        return
    missing = subprocess.run(
        [".venv/bin/python", "manage.py", "migrate", "--check"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    ).returncode
    if missing:
        yield "Not every migration was applied: manage.py migrate."
    if not _one(connection, "SELECT count(*) FROM accounts_user WHERE email NOT LIKE 'demo@%'"):
        yield "Nobody but the demo account is in it: make an account of your own."
    others = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    if not _one(connection, others):
        yield "No site is connected to it now: make run with this DATABASE_URL, in another window."


def _one(connection: psycopg.Connection, statement: str) -> object:
    row = connection.execute(statement.encode()).fetchone()
    return row[0] if row else None
