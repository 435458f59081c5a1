"""Whether the work behind the pages is done: tasks, jobs, and what people are to be told."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from devops360.doctor.findings import Finding, broken, doubtful, good
from devops360.models import JobRun
from devops360.schedule import JOBS
from notifications.models import ChannelState, Delivery
from notifications.outbox.circuits import THRESHOLD
from notifications.outbox.clock import database_now

LATE = timedelta(minutes=5)
# As the alert PeopleAreNotTold has it: a channel may rest for some minutes.
UNTOLD = timedelta(minutes=15)
FAILURES = 3


def queue() -> Iterator[Finding]:
    """A task that is due and waits for long: there is no worker, or too few."""
    due = DBTaskResult.objects.ready()
    oldest = due.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__gte=timezone.now() - timedelta(days=1)
    ).count()
    if oldest and timezone.now() - oldest > LATE:
        waits = int((timezone.now() - oldest).total_seconds() // 60)
        yield broken("queue", f"a task waits for {waits} minutes", "Run manage.py worker.")
    elif failed:
        mend = "Look at them in the admin, under task results."
        yield doubtful("queue", f"{failed} tasks failed for good in a day", mend)
    else:
        yield good("queue", "nothing waits for long")


def jobs() -> Iterator[Finding]:
    """A job that is due and was not enqueued: without a worker the queue is empty, not long."""
    now = timezone.now()
    # Of one that went with an older release a row is left.
    runs = JobRun.objects.filter(name__in=JOBS).order_by("next_at")
    first = runs.first()
    failing = runs.filter(failures__gte=FAILURES).first()
    mend = "Run manage.py worker, which enqueues them; or enqueue_due, every few minutes."
    if first is None:
        yield doubtful("jobs", "none has ever run", mend)
    elif now - first.next_at > LATE:
        waits = int((now - first.next_at).total_seconds() // 60)
        yield broken("jobs", f"{first.name} has been due for {waits} minutes", mend)
    elif failing is not None:
        words = f"{failing.name} failed {failing.failures} times in a row: {failing.outcome}"
        yield doubtful("jobs", words, f"manage.py run_job {failing.name} shows where.")
    else:
        yield good("jobs", "all run when they are due")


def outbox() -> Iterator[Finding]:
    """What people are owed: by each channel that something waits for, or that cannot send."""
    now = database_now()
    due = Q(state=Delivery.State.PENDING, due_at__lte=now)
    rows = Delivery.objects.exclude(state__in=(Delivery.State.SENT, Delivery.State.DROPPED))
    waiting = rows.values("channel").annotate(
        owed=Count("pk", filter=Q(state__in=Delivery.OPEN)),
        dead=Count("pk", filter=Q(state=Delivery.State.DEAD)),
        oldest=Min("due_at", filter=due),
    )
    failing = dict(
        ChannelState.objects.filter(failures__gte=THRESHOLD).values_list("name", "failures")
    )
    found = False
    for row in waiting.order_by("channel"):
        for finding in _channel(row, failing.get(row["channel"], 0), now):
            found = True
            yield finding
    if not found:
        yield good("outbox", "nobody waits for long to be told")


def _channel(row: Mapping[str, Any], failures: int, now: datetime) -> Iterator[Finding]:
    part, number = f"outbox, {row['channel']}", row["owed"]
    if number and failures:
        words = f"{number} wait, and sending failed {failures} times in a row"
        yield broken(part, words, "manage.py deliveries --pending says why.")
    elif row["oldest"] and now - row["oldest"] > UNTOLD:
        waits = int((now - row["oldest"]).total_seconds() // 60)
        words = f"{number} wait, the oldest for {waits} minutes"
        yield broken(part, words, "Run manage.py worker. deliveries --pending says what waits.")
    if row["dead"]:
        words = f"{row['dead']} were given up"
        yield doubtful(part, words, "manage.py deliveries --failed says why; --replay sends again.")
