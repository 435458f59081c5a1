"""What is to be done again and again. The worker asks `enqueue_due` every few seconds."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.tasks import task, task_backends
from django.utils import timezone
from django_tasks_db.backend import DatabaseBackend

from accounts.archives import forget_old_archives
from accounts.browsers import forget_old_browsers
from accounts.deletion import delete_due
from accounts.history import forget_old_events
from accounts.limits import forget_old_failures
from accounts.notices import tell_of_wrong_passwords
from accounts.recovery import finish_due, forget_old_requests
from accounts.sessions import forget_ended_sessions
from devops360.audit import seal_new
from devops360.models import JobRun
from files.activity import forget_old_activity
from files.recent import forget_old_openings
from files.recount import recount_vaults
from files.requests import tell_of_received
from files.retention import prune_versions
from files.scrub import scrub_a_while
from files.search import fill_search_keys
from files.sharing import tell_of_ending_links
from files.sweep import sweep, sweep_blobs, sweep_unfinished
from files.trash import purge_old_trash
from files.uploads.abort import expire_uploads
from files.uploads.strays import clear_strays
from notifications.digest import send_digests
from notifications.forgetting import forget_old_notifications
from notifications.receivers.upkeep import forget_old_calls, mind_webhooks, tell_of_dead_letters

logger = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
FEW_MINUTES = timedelta(minutes=3)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Of listing what the stores hold; what is not reached is reached on another day.
SWEEP_SECONDS = 120
FINISHED_TASKS_ARE_KEPT = timedelta(days=7)
FAILED_TASKS_ARE_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Job:
    """Something to run about once per `every`. Running it twice, or late, must do no harm."""

    name: str
    every: timedelta
    run: Callable[[], object]


def _prune_tasks() -> None:
    # Other engines forget by themselves.
    if not isinstance(task_backends["default"], DatabaseBackend):
        return
    call_command(
        "prune_db_task_results",
        queue_name="*",
        min_age_days=FINISHED_TASKS_ARE_KEPT.days,
        failed_min_age_days=FAILED_TASKS_ARE_KEPT.days,
        verbosity=0,
    )


JOBS = {
    job.name: job
    for job in (
        Job("seal_audit_trail", MINUTE, seal_new),
        Job("purge_old_trash", HOUR, purge_old_trash),
        Job("expire_uploads", HOUR, expire_uploads),
        Job("clear_strays", DAY, clear_strays),
        Job("sweep_blobs", HOUR, sweep_blobs),
        Job("recount_vaults", DAY, recount_vaults),
        Job("scrub", QUARTER, scrub_a_while),
        Job("prune_versions", DAY, prune_versions),
        Job("sweep_unfinished", DAY, sweep_unfinished),
        Job("sweep", DAY, lambda: sweep(seconds=SWEEP_SECONDS)),
        Job("delete_due_accounts", HOUR, delete_due),
        Job("finish_due_recoveries", QUARTER, finish_due),
        Job("tell_of_wrong_passwords", QUARTER, tell_of_wrong_passwords),
        Job("forget_old_recoveries", DAY, forget_old_requests),
        Job("tell_of_received", FEW_MINUTES, tell_of_received),
        Job("tell_of_ending_links", HOUR, tell_of_ending_links),
        Job("forget_old_activity", DAY, forget_old_activity),
        Job("fill_search_keys", HOUR, fill_search_keys),
        Job("forget_old_openings", DAY, forget_old_openings),
        Job("forget_old_archives", HOUR, forget_old_archives),
        Job("forget_old_events", DAY, forget_old_events),
        Job("forget_old_failures", DAY, forget_old_failures),
        Job("forget_old_browsers", DAY, forget_old_browsers),
        Job("clear_sessions", DAY, lambda: call_command("clearsessions")),
        Job("forget_ended_sessions", DAY, forget_ended_sessions),
        Job("send_digests", QUARTER, send_digests),
        Job("forget_old_notifications", DAY, forget_old_notifications),
        Job("prune_tasks", DAY, _prune_tasks),
        Job("mind_webhooks", QUARTER, mind_webhooks),
        Job("tell_of_dead_letters", HOUR, tell_of_dead_letters),
        Job("forget_old_calls", DAY, forget_old_calls),
    )
}


@task()
def run_job(name: str) -> None:
    """Run one job now, as a task: so it has a lease, is retried, and shows in the admin."""
    run_now(name)


def run_now(name: str) -> str:
    """Run a job here, and write down how it went. Returns what it says of itself."""
    job = JOBS[name]
    started = timezone.now()
    run, _ = JobRun.objects.get_or_create(name=name, defaults={"next_at": started + job.every})
    JobRun.objects.filter(pk=run.pk).update(started_at=started)
    try:
        outcome = str(job.run())
    except Exception as error:
        JobRun.objects.filter(pk=run.pk).update(
            failures=F("failures") + 1, outcome=f"{type(error).__name__}: {error}"[:300]
        )
        raise
    JobRun.objects.filter(pk=run.pk).update(
        finished_at=timezone.now(), failures=0, outcome=outcome[:300]
    )
    logger.info("job name=%s outcome=%s", name, outcome)
    return outcome


def enqueue_due() -> list[str]:
    """Enqueue every job whose time has come, and return their names.

    Of many schedulers one enqueues: the one that moves the time on. One read finds that nothing is
    due, which is almost always so.
    """
    now = timezone.now()
    times = dict(JobRun.objects.values_list("name", "next_at"))
    due = [job for job in JOBS.values() if job.name not in times or times[job.name] <= now]
    taken = [job for job in due if _take(job, times.get(job.name), now)]
    for job in taken:
        run_job.enqueue(job.name)
    return [job.name for job in taken]


@transaction.atomic
def _take(job: Job, was: datetime | None, now: datetime) -> bool:
    following = now + job.every
    if was is None:
        _, made = JobRun.objects.get_or_create(name=job.name, defaults={"next_at": following})
        return made
    return bool(JobRun.objects.filter(name=job.name, next_at=was).update(next_at=following))
