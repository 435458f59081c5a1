"""What is counted and timed of requests and tasks, and how it is read.

Names follow https://prometheus.io/docs/practices/naming/. The apps count their own subjects:
files/metrics.py, accounts/metrics.py, notifications/metrics.py.
"""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from devops360.observability.state import StateCollector

REQUESTS = Counter(
    "http_requests_total", "Requests answered.", ["role", "route", "method", "status"]
)
# Seconds to the start of the answer: a download's bytes go out after that.
LATENCY = Histogram(
    "http_request_duration_seconds",
    "Seconds from a request to the start of its answer.",
    ["role", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge(
    "http_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum"
)
TASKS = Counter("tasks_total", "Background tasks run.", ["task", "outcome"])
TASK_SECONDS = Histogram(
    "task_duration_seconds",
    "Seconds that a background task ran.",
    ["task"],
    buckets=(0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300),
)


def exposition() -> bytes:
    """Return everything counted by all processes of this machine, in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        registry = REGISTRY
    else:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry) + generate_latest(_state())


def _state() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StateCollector())
    return registry


def metrics_application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `/metrics` on the port that only the operator's network reaches (ASVS 13.4.5)."""
    if environ["PATH_INFO"] != "/metrics":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Metrics are at /metrics.\n"]
    body = exposition()
    start_response(
        "200 OK", [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(body)))]
    )
    return [body]
