"""Indexes that are made and dropped without holding up whoever writes meanwhile."""

import logging

from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import migrations

logger = logging.getLogger(__name__)

TRIGRAMS = "node_search_trigrams"


class AddIndex(NotInTransactionMixin, migrations.AddIndex):
    """Concurrently on PostgreSQL; SQLite has one writer anyway."""

    atomic = False

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        self._ensure_not_in_transaction(schema_editor)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}")
        schema_editor.add_index(model, self.index, concurrently=True)


class RemoveIndex(NotInTransactionMixin, migrations.RemoveIndex):
    atomic = False

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        self._ensure_not_in_transaction(schema_editor)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.name}")


def add_trigrams(apps, schema_editor):
    """PostgreSQL finds letters in the middle of a name by an index of pg_trgm.

    It is a trusted extension: who owns the database, or has CREATE on it, may add it. Where that
    is not so, search works without the index, and the check files.W001 says what to do.
    """
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if not may_use_trigrams(cursor):
            logger.warning("search_trigrams outcome=skipped reason=pg_trgm is not allowed")
            return
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        # A table that is being made in this transaction has nobody to be held up.
        concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
        # What a broken attempt has left is there, but not valid: make it again.
        cursor.execute(f"DROP INDEX {concurrently} IF EXISTS {TRIGRAMS}")
        cursor.execute(
            f"CREATE INDEX {concurrently} {TRIGRAMS} ON files_node "
            "USING gin (search_key gin_trgm_ops) WHERE trashed_at IS NULL"
        )


def may_use_trigrams(cursor):
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') OR ("
        "EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') "
        "AND has_database_privilege(current_database(), 'CREATE'))"
    )
    return cursor.fetchone()[0]


def drop_trigrams(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        concurrently = "" if schema_editor.connection.in_atomic_block else "CONCURRENTLY"
        schema_editor.execute(f"DROP INDEX {concurrently} IF EXISTS {TRIGRAMS}")


PAIRS = "node_search_pairs"


def add_pairs(apps, schema_editor):
    r"""Index each letter of a key and each two that stand together: pg_trgm needs three.

    Of what PostgreSQL itself has alone, so that it may be made everywhere. No name holds chr(1).
    The trash is in it too: how common a pair is PostgreSQL learns from whole indexes alone, by
    ANALYZE. Of too few rows it would not tell what is rare from what is common.
    """
    if schema_editor.connection.vendor != "postgresql":
        return
    concurrently = "" if schema_editor.connection.in_atomic_block else "CONCURRENTLY"
    schema_editor.execute(f"DROP INDEX {concurrently} IF EXISTS {PAIRS}")
    schema_editor.execute(
        f"CREATE INDEX {concurrently} {PAIRS} ON files_node USING gin (("
        "string_to_array(search_key, NULL) || string_to_array("
        r"regexp_replace(search_key, '(..)(?=.)', '\1' || chr(1), 'g') || chr(1) || "
        r"regexp_replace(substr(search_key, 2), '(..)(?=.)', '\1' || chr(1), 'g'), chr(1))"
        "))"
    )
    schema_editor.execute(f"ALTER INDEX {PAIRS} ALTER COLUMN 1 SET STATISTICS 400")
    if concurrently:
        schema_editor.execute("ANALYZE files_node")


def drop_pairs(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        concurrently = "" if schema_editor.connection.in_atomic_block else "CONCURRENTLY"
        schema_editor.execute(f"DROP INDEX {concurrently} IF EXISTS {PAIRS}")
