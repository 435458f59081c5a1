"""Metrics in the log are Prometheus' by name, and valid by CloudWatch's specification."""

import json
import logging
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from devops360.models import JobRun
from devops360.observability.emf import Reporter, unit_of
from devops360.observability.logs import JsonFormatter
from devops360.observability.state import StateCollector
from notifications.models import ChannelState, Delivery, Notification
from notifications.tests.factories import PersonFactory
from tests.operations import emf

for app in ("accounts", "devops360.observability", "files", "notifications"):
    import_module(f"{app}.metrics")
ENDS = {"counter": ("_total",), "histogram": ("_sum", "_count"), "gauge": ("",)}


WATCHED = Path(__file__).resolve().parents[2] / "infra/modules/observability/main.tf"


def ours() -> list[MetricWrapperBase]:
    found = set(REGISTRY._names_to_collectors.values())
    return [each for each in found if isinstance(each, MetricWrapperBase)]


def count_once(metric: MetricWrapperBase) -> None:
    series = metric.labels(*["x"] * len(metric._labelnames)) if metric._labelnames else metric
    series.observe(0.5) if metric._type == "histogram" else series.inc()  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_every_metric_is_told_by_its_name_and_validly() -> None:
    notice = Notification.objects.create(recipient=PersonFactory.create(), kind="file_shared")
    Delivery.objects.create(notification=notice, channel="email", due_at=timezone.now())
    ChannelState.objects.create(name="email", failures=1)
    JobRun.objects.create(name="x", next_at="2026-01-01T00:00Z", finished_at="2026-01-01T00:00Z")
    for metric in ours():
        count_once(metric)
    # Asked once: where a connection is in a transaction, as here, it is closed after a scrape.
    state = list(StateCollector().collect())
    reporter = Reporter(role="files", collect=lambda: [*REGISTRY.collect(), *state])
    lines = [
        json.loads(JsonFormatter().format(logging.makeLogRecord({"msg": "metrics", **document})))
        for document in reporter.documents()
    ]
    told = {name for line in lines for name in emf.read(line)}
    assert told == names_in_the_log() | {family.name for family in state}
    assert all("role" in line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0] for line in lines)


def test_what_was_told_is_not_told_again_and_what_costs_is_no_dimension() -> None:
    requests = next(metric for metric in ours() if metric._name == "http_requests")
    reporter = Reporter(role="all", collect=requests.collect)
    list(reporter.documents())
    series = requests.labels("all", "files:folder", "GET", "200")
    series.inc(3)  # type: ignore[attr-defined]
    (document,) = reporter.documents()
    assert emf.read(document) == {"http_requests_total": 3}
    assert document["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["role", "status"]]
    assert document["route"] == "files:folder"
    assert list(reporter.documents()) == []


def test_units_follow_from_names() -> None:
    assert unit_of("http_request_duration_seconds_sum") == "Seconds"
    assert unit_of("http_request_duration_seconds_count") == "Count"
    assert unit_of("files_uploaded_bytes_total") == "Bytes"
    assert unit_of("tasks_total") == "Count"


def names_in_the_log() -> set[str]:
    return {f"{metric._name}{end}" for metric in ours() for end in ENDS[str(metric._type)]}


def test_what_infra_watches_is_there() -> None:
    """Each metric of ours behind an alarm or a dashboard is counted from the log, or told in it."""
    text = WATCHED.read_text()
    alarms = re.findall(r'namespace = local\.metrics_namespace\n\s+metric\s+= "(\w+)"', text)
    widgets = re.findall(r'\[local\.metrics_namespace, "(\w+)"', text)
    assert len(alarms) >= 4
    assert len(widgets) >= 2
    (patterns,) = re.findall(r"^  patterns = \{(.*?)^  \}", text, re.MULTILINE | re.DOTALL)
    added = re.findall(r"merge\(local\.patterns, \{ (\w+) = ", text)
    counted = {*re.findall(r"^\s+(\w+)\s+=", patterns, re.MULTILINE), *added}
    assert {*alarms, *widgets} <= counted | names_in_the_log()
    assert counted <= set(alarms), "what is counted rings"
