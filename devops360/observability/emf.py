"""The same metrics in the log, in CloudWatch's Embedded Metric Format, where METRICS_EMF is set.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

CloudWatch adds up what it is told and knows no counters that only grow: so each process tells what
it has counted since it last told. Names are those of Prometheus. Of a histogram there are `_sum`
and `_count`; buckets have no counterpart.
"""

import atexit
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from prometheus_client import REGISTRY, Metric

from devops360.observability.state import StateCollector

logger = logging.getLogger(__name__)

# Each combination of dimensions is a metric of its own, which AWS bills. These stay fields of the
# line, for Logs Insights.
FIELDS_ONLY = {"route", "method", "act"}
GROWING = {"counter", "histogram"}
# What Prometheus' client adds of itself, and what has no counterpart.
OTHERS = ("python_", "process_")
LEFT_OUT = ("_bucket", "_created")
UNITS = {"_seconds": "Seconds", "_bytes": "Bytes"}

type Labels = tuple[tuple[str, str], ...]


class Reporter:
    """Tells what has been counted since it last told; `collect` gives what is known now."""

    def __init__(self, *, role: str, collect: Callable[[], Iterable[Metric]]) -> None:
        self.role = role
        self.collect = collect
        self._told: dict[tuple[str, Labels], float] = {}

    def report(self) -> None:
        """Write a line for each combination of labels of which there is something to tell."""
        for document in self.documents():
            logger.info("metrics", extra=document)

    def documents(self) -> Iterator[dict[str, Any]]:
        """Yield what the lines hold, besides what every line has."""
        found: dict[Labels, dict[str, float]] = defaultdict(dict)
        for family in self.collect():
            if not family.name.startswith(OTHERS):
                for name, labels, value in self._news(family):
                    found[labels][name] = value
        for labels, values in found.items():
            yield self._document(dict(labels), values)

    def _news(self, family: Metric) -> Iterator[tuple[str, Labels, float]]:
        for sample in family.samples:
            if sample.name.endswith(LEFT_OUT):
                continue
            labels = tuple(sorted(sample.labels.items()))
            value = sample.value
            if family.type in GROWING:
                key = (sample.name, labels)
                value -= self._told.get(key, 0.0)
                self._told[key] = sample.value
                if not value:
                    continue
            yield sample.name, labels, value

    def _document(self, labels: dict[str, str], values: dict[str, float]) -> dict[str, Any]:
        fields = {"role": self.role} | labels
        directive = {
            "Namespace": settings.METRICS_NAMESPACE,
            "Dimensions": [[name for name in fields if name not in FIELDS_ONLY]],
            "Metrics": [{"Name": name, "Unit": unit_of(name)} for name in values],
        }
        head = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        return {"_aws": head, **fields, **values}


def unit_of(name: str) -> str:
    """Return CloudWatch's unit for a metric, from its name: Prometheus' names end in units."""
    if name.endswith("_count"):
        return "Count"
    stem = name.removesuffix("_sum").removesuffix("_total")
    return next((unit for end, unit in UNITS.items() if stem.endswith(end)), "Count")


def _own_and_state() -> Iterator[Metric]:
    yield from REGISTRY.collect()
    yield from StateCollector().collect()


def start(role: str, *, with_state: bool = False) -> None:
    """Tell every METRICS_EMF_SECONDS from a thread of this process, and once more at its end.

    `with_state`: also of queues and jobs, which are asked of the database: for one process of many.
    Nothing where METRICS_EMF is not set.
    """
    if not settings.METRICS_EMF:
        return
    reporter = Reporter(role=role, collect=_own_and_state if with_state else REGISTRY.collect)
    ended = threading.Event()

    def tell() -> None:
        while not ended.wait(settings.METRICS_EMF_SECONDS):
            try:
                reporter.report()
            except Exception:  # what cannot be told now is told the next time
                logger.exception("Metrics could not be told.")

    thread = threading.Thread(target=tell, name="emf", daemon=True)
    thread.start()

    def tell_the_rest() -> None:
        ended.set()
        thread.join(timeout=5)
        reporter.report()

    atexit.register(tell_the_rest)
