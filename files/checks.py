"""Checks of the database, for `manage.py check --database default` and `migrate`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004
from django.db import connections

from files import short_words

TRIGRAMS = Warning(
    "Search has no trigram index and is slow.",
    hint=(
        "Let the database's owner run CREATE EXTENSION pg_trgm; and CREATE INDEX CONCURRENTLY "
        "node_search_trigrams ON files_node USING gin (search_key gin_trgm_ops) "
        "WHERE trashed_at IS NULL;"
    ),
    id="files.W001",
)
PAIRS = Warning(
    "Search has no index of pairs of letters: words of one or two letters are found slowly.",
    hint=(
        "Let the database's owner run DROP INDEX IF EXISTS node_search_pairs; CREATE INDEX "
        "CONCURRENTLY node_search_pairs ON files_node USING gin "
        f"({short_words.PAIRS.format(key='search_key')}); ALTER INDEX node_search_pairs "
        "ALTER COLUMN 1 SET STATISTICS 400; and ANALYZE files_node;"
    ),
    id="files.W002",
)
INDEXES = {"node_search_trigrams": TRIGRAMS, "node_search_pairs": PAIRS}


@register(Tags.database)
def check_search(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Say where PostgreSQL searches without an index: making it was not allowed, or broke off."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            # Before the first migration there is nothing to search.
            cursor.execute(
                "SELECT name FROM unnest(%s::text[]) AS name "
                "WHERE to_regclass('files_node') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_index "
                "WHERE indexrelid = to_regclass(name) AND indisvalid)",
                [list(INDEXES)],
            )
            found += [INDEXES[name] for (name,) in cursor.fetchall()]
    return found
