"""Empty databases for sites of their own: files of SQLite, or databases on the run's PostgreSQL."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg


@contextmanager
def empty_database(place: Path) -> Iterator[dict[str, str]]:
    """Yield the variables that name a database with nothing in it, on the engine under test."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {"DATABASE_URL": f"sqlite:///{place / 'own.sqlite3'}"}
        return
    # The test run's own database may not be there: tests make theirs beside it.
    maintenance = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    name = f"own_{secrets.token_hex(6)}"
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield {"DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
