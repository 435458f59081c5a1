"""A queue that nobody empties, said in the log, for alarms that count words alone.

CloudWatch's are such (infra/modules/observability): what collects the pods' output need not
read metrics out of it. Where Prometheus scrapes, its alerts ring at the same ages
(deploy/observability/alerts.yaml).
"""

import logging
from collections.abc import Iterator

from prometheus_client import Metric

from devops360.observability.state import delivery_families, queue_families

logger = logging.getLogger(__name__)

# Seconds: NoWorker and PeopleAreNotTold.
LIMITS = {"tasks_oldest_age_seconds": 600, "deliveries_oldest_age_seconds": 900}


def warn_of_old_queues() -> int:
    """Log a line for each queue whose oldest entry has waited too long, and return how many."""
    old = list(_old((*queue_families(), *delivery_families())))
    for name, seconds in old:
        logger.warning("queue too old name=%s seconds=%d", name, seconds)
    return len(old)


def _old(families: tuple[Metric, ...]) -> Iterator[tuple[str, float]]:
    for family in families:
        for sample in family.samples:
            if sample.value > LIMITS.get(family.name, float("inf")):
                yield "/".join([family.name, *sample.labels.values()]), sample.value
