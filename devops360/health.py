"""Whether this process can serve: asked by load balancers, Kubernetes and people at night.

`/livez` asks nothing of anybody else: a database that is away is no reason to kill a process.
`/readyz` asks everything that a request needs.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.files.storage import storages
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from devops360.draining import is_draining
from files.object_storage import VaultS3Storage

logger = logging.getLogger(__name__)

# The probe's own object: never there, so that asking for it is all that is done.
PROBE_KEY = "health/probe"
# Roles that keep and show no files: they run without a bucket and without a folder.
WITHOUT_STORE = frozenset({"notifications"})
# Migrations that were once seen to be applied stay so: only a deploy adds some, with new processes.
_migrated: set[str] = set()


class NotReadyError(Exception):
    """The message is shown to whoever probes: it says which part, and nothing secret."""


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    if connection.alias not in _migrated:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            raise NotReadyError(f"{len(missing)} migrations are not applied")
        _migrated.add(connection.alias)
    return "ok"


def _storage() -> str:
    if settings.SERVICE in WITHOUT_STORE:
        return "ok, not used here"
    if settings.FILES_STORE == "local":
        if not Path(settings.MEDIA_ROOT).is_dir():
            raise NotReadyError("the folder of the store is not there")
    else:
        _bucket()
    return "ok"


def _bucket() -> None:
    # Not `exists`: a bucket that is not there says no to that, too.
    bucket = storages["s3"]
    if isinstance(bucket, VaultS3Storage):
        bucket.require_bucket(PROBE_KEY)


def _queue() -> str:
    """A worker that lags is told of, and metrics alert: the site itself goes on serving."""
    due = DBTaskResult.objects.ready()
    oldest = due.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    age = (timezone.now() - oldest).total_seconds() if oldest else 0
    return f"ok, oldest task {age:.0f} s"


def _draining() -> str:
    if is_draining():
        raise NotReadyError("shutting down")
    return "ok"


PARTS: dict[str, Callable[[], str]] = {
    "process": _draining,
    "database": _database,
    "migrations": _migrations,
    "storage": _storage,
    "queue": _queue,
}


def readiness() -> tuple[bool, dict[str, str]]:
    """Return whether requests can be served, and a word about each part. Raises nothing."""
    words = {}
    ready = True
    for name, look in PARTS.items():
        try:
            words[name] = look()
        except NotReadyError as error:
            words[name], ready = str(error), False
        except (DatabaseError, OSError):
            logger.warning("not ready", extra={"part": name}, exc_info=True)
            words[name], ready = "does not answer", False
        except Exception:  # whatever a store's client raises, the probe must answer
            logger.exception("not ready", extra={"part": name})
            words[name], ready = "does not answer", False
    return ready, words
