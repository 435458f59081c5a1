"""Checks of the database, for `manage.py check --database default` and `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004
from django.db import connections

HINT = (
    "Let the database's owner run CREATE EXTENSION pg_trgm; and CREATE INDEX CONCURRENTLY "
    "node_search_trigrams ON files_node USING gin (search_key gin_trgm_ops) "
    "WHERE trashed_at IS NULL;"
)


@register(Tags.database)
def check_trigrams(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Say where PostgreSQL searches without its index: the migration may not have been allowed."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            # Before the first migration there is nothing to search.
            cursor.execute(
                "SELECT to_regclass('files_node') IS NULL OR EXISTS (SELECT FROM pg_index "
                "WHERE indexrelid = to_regclass('node_search_trigrams') AND indisvalid)"
            )
            (good,) = cursor.fetchone()
        if not good:
            found.append(
                Warning("Search has no trigram index and is slow.", hint=HINT, id="files.W001")
            )
    return found
