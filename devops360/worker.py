"""The background worker: django-tasks-db's, with the two things that it lacks, and the outbox.

A task that fails is tried again, later and later. A task whose worker died is taken up by another
once its lease has run out. Both rest on columns that django-tasks-db has: `worker_ids` gets one
entry per attempt, and while a task runs its worker renews `started_at`. What people are to be told
goes out beside the tasks, in threads of its own: no message waits for a long task.
"""

import logging
import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from accounts import archives
from accounts import tasks as account_tasks
from devops360 import schedule
from devops360.observability.tasks import observed
from notifications.outbox.pump import Pump

logger = logging.getLogger(__name__)

READY, RUNNING, FAILED = (
    TaskResultStatus.READY,
    TaskResultStatus.RUNNING,
    TaskResultStatus.FAILED,
)

MAX_ATTEMPTS = 5
LEASE = timedelta(seconds=60)
# Renewed often enough that one late beat loses nothing.
HOUSEKEEPING_SECONDS = 5.0
FIRST_DELAY = timedelta(seconds=5)
# Failures older than this are history: a retry that is due is made long before.
RETRY_WINDOW = timedelta(hours=6)
DATABASE_GONE_SECONDS = 2.0


def _give_up_archive(archive_id: str) -> None:
    archives.give_up(archive_id=UUID(archive_id))


# Who minds that a task of theirs has failed for good: called with its arguments.
ENDS: Mapping[str, Callable[..., object]] = {
    account_tasks.archive.module_path: _give_up_archive,
}


class VaultWorker(Worker):
    """Runs tasks of all queues until SIGTERM or SIGINT; survives a database that goes away."""

    def __init__(
        self, *, interval: float = 0.3, batch: bool = False, delivers: bool = True
    ) -> None:
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(16),
        )
        self.current: DBTaskResult[Any, Any] | None = None
        self.delivers = delivers

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        self.current = db_task_result
        try:
            with observed(db_task_result):
                super().run_task(db_task_result)
            if db_task_result.status == FAILED:
                _mind_end(db_task_result)
        finally:
            self.current = None

    def run(self) -> None:
        if not self.batch:
            threading.Thread(target=self._keep_house, daemon=True).start()
        pump = Pump()
        deliverer = threading.Thread(target=pump.run, name="outbox")
        if self.delivers and not self.batch:
            deliverer.start()
        try:
            self._work_off()
        finally:
            pump.stopping.set()
            if deliverer.ident is not None:
                deliverer.join()
        if self.delivers and self.batch:
            Pump().drain()

    def _work_off(self) -> None:
        while True:
            try:
                super().run()
            except (OperationalError, InterfaceError):
                logger.exception("The database does not answer.")
                connections.close_all()
                time.sleep(DATABASE_GONE_SECONDS)
            else:
                return

    def _keep_house(self) -> None:
        while self.running:
            for chore in (
                beat,
                self._renew_lease,
                retry_failed,
                revive_abandoned,
                schedule.enqueue_due,
            ):
                _attempt(chore)
            connections.close_all()
            time.sleep(HOUSEKEEPING_SECONDS)

    def _renew_lease(self) -> None:
        current = self.current
        if current is not None:
            running = DBTaskResult.objects.filter(status=RUNNING, pk=current.pk)
            running.update(started_at=timezone.now())


def beat() -> None:
    """Touch the file by which a supervisor sees that this worker lives: one that hangs does not."""
    if settings.WORKER_HEARTBEAT:
        Path(settings.WORKER_HEARTBEAT).touch()


def _attempt(chore: Callable[[], object]) -> None:
    try:
        chore()
    except Exception:  # one chore's failure must not end the thread that renews leases
        logger.exception("Housekeeping failed.")


def delay_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failures: 5, 20, 80, 320 s, and up to a third more."""
    growth = math.pow(4, attempts - 1)
    return FIRST_DELAY * growth * random.uniform(1, 4 / 3)  # noqa: S311  (jitter)


@transaction.atomic
def retry_failed(*, now: datetime | None = None) -> int:
    """Make tasks ready again that failed and have attempts left. Return how many."""
    now = now or timezone.now()
    recent = DBTaskResult.objects.filter(status=FAILED, finished_at__gte=now - RETRY_WINDOW)
    retried = 0
    for result in recent.select_for_update(skip_locked=True):
        attempts = len(result.worker_ids)
        if attempts < MAX_ATTEMPTS:
            _make_ready(result, run_after=(result.finished_at or now) + delay_after(attempts))
            retried += 1
    return retried


@transaction.atomic
def revive_abandoned(*, now: datetime | None = None) -> int:
    """Take up tasks whose worker has not renewed its lease. Return how many.

    One that has used up its attempts has probably killed its workers: it fails for good.
    """
    now = now or timezone.now()
    abandoned = DBTaskResult.objects.filter(status=RUNNING, started_at__lt=now - LEASE)
    revived = 0
    for result in abandoned.select_for_update(skip_locked=True):
        logger.warning("abandoned task id=%s path=%s", result.pk, result.task_path)
        if len(result.worker_ids) < MAX_ATTEMPTS:
            _make_ready(result, run_after=now)
            revived += 1
        else:
            result.set_failed(TimeoutError(f"No worker survived it, {MAX_ATTEMPTS} times."))
            transaction.on_commit(partial(_mind_end, result))
    return revived


def _mind_end(result: DBTaskResult[Any, Any]) -> None:
    """Where a task has failed for good, let it be known to whoever waits for it.

    A process that ends just before that leaves them to wait until the clock finds it.
    """
    mind = ENDS.get(result.task_path)
    if mind is not None and len(result.worker_ids) >= MAX_ATTEMPTS:
        _attempt(partial(mind, *result.args_kwargs["args"]))


def _make_ready(result: DBTaskResult[Any, Any], *, run_after: datetime) -> None:
    result.status = READY
    result.run_after = run_after
    result.finished_at = None
    result.save(update_fields=["status", "run_after", "finished_at"])
