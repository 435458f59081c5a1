"""What is not counted but asked for at each scrape: queues, their age, what is kept."""

import logging
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import Count, Min, Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from devops360.models import JobRun
from notifications.models import ChannelState, Delivery
from notifications.outbox.clock import database_now

logger = logging.getLogger(__name__)

# Not "job": Prometheus calls by that what it scrapes, and renames ours ("exported_job").
JOB_LABELS = ["job_name"]


class StateCollector(Collector):
    """Asks the database; where it does not answer, `database_up` is all there is to say."""

    def collect(self) -> Iterator[Metric]:
        up = True
        try:
            families = [
                *queue_families(),
                *job_families(),
                *delivery_families(),
                *clock_families(),
            ]
        except (DatabaseError, InterfaceError) as error:
            logger.exception("The database does not answer a scrape.")
            # A table that is missing, or that this login may not read, is an answer.
            families, up = [], not isinstance(error, (OperationalError, InterfaceError))
        finally:
            connection.close_if_unusable_or_obsolete()
        yield GaugeMetricFamily(
            "database_up", "Whether the database answers.", value=1 if up else 0
        )
        yield from families


def queue_families() -> Iterator[Metric]:
    """Yield how much waits in the queue of tasks, and for how long the oldest that is due has."""
    now = timezone.now()
    # What is to be done at once has the last of all times, not the first.
    due = Q(run_after=get_date_max()) | Q(run_after__lte=now)
    found = DBTaskResult.objects.aggregate(
        waiting=Count("pk", filter=Q(status=TaskResultStatus.READY)),
        running=Count("pk", filter=Q(status=TaskResultStatus.RUNNING)),
        oldest=Min("enqueued_at", filter=Q(status=TaskResultStatus.READY) & due),
    )
    age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    depth = GaugeMetricFamily("tasks_queued", "Background tasks by state.", labels=["state"])
    depth.add_metric(["ready"], found["waiting"])
    depth.add_metric(["running"], found["running"])
    yield depth
    yield GaugeMetricFamily(
        "tasks_oldest_age_seconds", "Seconds that the oldest due task has waited.", value=age
    )


def job_families() -> Iterator[Metric]:
    """Yield when each scheduled job last ended well, runs next, and how often it failed since."""
    ended = GaugeMetricFamily(
        "job_last_success_timestamp_seconds", "When a job last ended well.", labels=JOB_LABELS
    )
    follows = GaugeMetricFamily(
        "job_next_run_timestamp_seconds", "When a job is due next.", labels=JOB_LABELS
    )
    failures = GaugeMetricFamily("job_failures", "Failures of a job in a row.", labels=JOB_LABELS)
    for run in JobRun.objects.all():
        if run.finished_at is not None:
            ended.add_metric([run.name], run.finished_at.timestamp())
        follows.add_metric([run.name], run.next_at.timestamp())
        failures.add_metric([run.name], run.failures)
    yield ended
    yield follows
    yield failures


def delivery_families() -> Iterator[Metric]:
    """Yield what is owed to people by channel, and for how long the oldest has been due."""
    now = timezone.now()
    owed = GaugeMetricFamily("deliveries_owed", "Deliveries to be made.", labels=["channel"])
    oldest = GaugeMetricFamily(
        "deliveries_oldest_age_seconds",
        "Seconds that the oldest due delivery has waited.",
        labels=["channel"],
    )
    dead = GaugeMetricFamily(
        "deliveries_dead", "Deliveries given up and not replayed.", labels=["channel"]
    )
    rows = Delivery.objects.exclude(state__in=(Delivery.State.SENT, Delivery.State.DROPPED))
    for row in rows.values("channel").annotate(
        owed=Count("pk", filter=~Q(state=Delivery.State.DEAD)),
        dead=Count("pk", filter=Q(state=Delivery.State.DEAD)),
        oldest=Min("due_at", filter=Q(state=Delivery.State.PENDING, due_at__lte=now)),
    ):
        channel = [row["channel"]]
        owed.add_metric(channel, row["owed"])
        dead.add_metric(channel, row["dead"])
        age = (now - row["oldest"]).total_seconds() if row["oldest"] else 0.0
        oldest.add_metric(channel, age)
    yield from (owed, oldest, dead, _channel_failures())


def _channel_failures() -> Metric:
    """Tell how often sending failed in a row, of each channel that has failed at all.

    Few messages grow never old: each is put off after every try. Circuits of single endpoints, such
    as "webhook:12", are left out: that one receiver is away is the receiver's affair.
    """
    failures = GaugeMetricFamily(
        "channel_failures",
        "Rounds of sending in a row of which none succeeded.",
        labels=["channel"],
    )
    for state in ChannelState.objects.exclude(name__contains=":"):
        failures.add_metric([state.name], state.failures)
    return failures


def clock_families() -> Iterator[Metric]:
    """Yield how far this machine's clock is from the one that all of them share."""
    yield GaugeMetricFamily(
        "clock_skew_seconds",
        "Seconds by which the machine's clock is ahead of the database's.",
        value=(timezone.now() - database_now()).total_seconds(),
    )
