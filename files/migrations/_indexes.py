"""Indexes that are made and dropped without holding up whoever writes meanwhile."""

from django.contrib.postgres.operations import NotInTransactionMixin
from django.db import migrations


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
