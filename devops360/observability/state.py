"""What is not counted but asked for at each scrape: queues, their age, what is kept."""

import logging
from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.db.models import Count, Min, Q
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

logger = logging.getLogger(__name__)


class StateCollector(Collector):
    """Asks the database; where it does not answer, `database_up` is all there is to say."""

    def collect(self) -> Iterator[Metric]:
        try:
            families = list(queue_families())
        except DatabaseError:
            logger.exception("The database does not answer a scrape.")
            families = []
        finally:
            connection.close_if_unusable_or_obsolete()
        yield GaugeMetricFamily(
            "database_up", "Whether the database answers.", value=1 if families else 0
        )
        yield from families


def queue_families() -> Iterator[Metric]:
    """Yield how much waits in the queue of tasks, and for how long the oldest that is due has."""
    now = timezone.now()
    found = DBTaskResult.objects.aggregate(
        waiting=Count("pk", filter=Q(status=TaskResultStatus.READY)),
        running=Count("pk", filter=Q(status=TaskResultStatus.RUNNING)),
        oldest=Min("enqueued_at", filter=Q(status=TaskResultStatus.READY, run_after__lte=now)),
    )
    age = (now - found["oldest"]).total_seconds() if found["oldest"] else 0.0
    depth = GaugeMetricFamily("tasks_queued", "Background tasks by state.", labels=["state"])
    depth.add_metric(["ready"], found["waiting"])
    depth.add_metric(["running"], found["running"])
    yield depth
    yield GaugeMetricFamily(
        "tasks_oldest_age_seconds", "Seconds that the oldest due task has waited.", value=age
    )
