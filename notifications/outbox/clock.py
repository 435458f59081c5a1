"""One clock for all workers: the database's. Their own may differ by minutes."""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone


def database_now() -> datetime:
    if connection.vendor != "postgresql":
        # SQLite is on this machine.
        return timezone.now()
    with connection.cursor() as cursor:
        # Not now(), which stands still within a transaction.
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at.astimezone(UTC)
