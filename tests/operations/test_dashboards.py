"""The dashboard and the alerts ask for metrics that there are, by labels that they have."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY, Metric

from devops360.observability.state import StateCollector

# Each registers its own.
for app in ("accounts", "devops360.observability", "files", "notifications"):
    import_module(f"{app}.metrics")
ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = json.loads((ROOT / "deploy/observability/dashboard.json").read_text())
RULES = yaml.safe_load((ROOT / "deploy/observability/alerts.yaml").read_text())["groups"][0][
    "rules"
]
RUNBOOK = (ROOT / "docs/operate/alerts.md").read_text()

NAME = re.compile(r"\b([a-z]+(?:_[a-z]+)+)\b(?:\{([^}]*)\})?(?!\s*\()")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
# Words of PromQL itself that look like names of metrics.
WORDS = {"histogram_quantile"}
# What Prometheus adds to every series.
ADDED = {"instance", "le"}
# Of what is scraped, by Prometheus and by its operator for Kubernetes.
TAKEN = {"instance", "job", "namespace", "pod", "container", "service", "endpoint", "node"}
SUFFIXES = ("_bucket", "_count", "_sum", "_total")


def expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (rule["expr"] for rule in RULES)


def families() -> dict[str, Metric]:
    found = [*REGISTRY.collect(), *StateCollector().collect()]
    return {family.name: family for family in found}


def label_names(family: Metric) -> set[str]:
    """Return the labels of a metric, also of one that has counted nothing yet."""
    registered = REGISTRY._names_to_collectors.get(family.name, family)
    names = getattr(registered, "_labelnames", ())
    return {*names, *(label for sample in family.samples for label in sample.labels)}


def used(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each metric that an expression names, and the labels that it asks for."""
    grouped = re.findall(r"\bby\s*\(([^)]*)\)", expression)
    text = re.sub(r"\bby\s*\([^)]*\)", " ", expression)
    by = {name.strip() for group in grouped for name in group.split(",")}
    for name, matchers in NAME.findall(text):
        if name not in WORDS:
            yield name, by | set(LABEL.findall(matchers))


@pytest.mark.django_db
def test_every_metric_and_label_is_there() -> None:
    known = families()
    asked = [pair for expression in expressions() for pair in used(expression)]
    assert len(asked) > 20
    for name, labels in asked:
        base = next((name.removesuffix(end) for end in SUFFIXES if name.endswith(end)), name)
        family = known.get(name) or known.get(base)
        assert family is not None, f"{name} is nowhere counted"
        assert labels - ADDED <= label_names(family), f"{name} has no labels {labels}"


@pytest.mark.django_db
def test_no_label_is_one_that_prometheus_gives_itself() -> None:
    """It would be renamed as it is scraped: what asks for it would find Prometheus' own."""
    clashes = {
        (name, label)
        for name, family in families().items()
        for label in label_names(family) & TAKEN
    }
    assert not clashes


def test_a_name_that_is_wrong_is_found() -> None:
    assert list(used('sum by (job) (rate(no_such_total{kind="x"}[5m])) > 1')) == [
        ("no_such_total", {"job", "kind"})
    ]


def test_every_alert_says_what_to_do() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert f"## {rule['alert']}\n" in RUNBOOK, rule["alert"]
        page = f"docs/operate/alerts.md#{rule['alert'].lower()}"
        assert rule["annotations"]["runbook"] == page, rule["alert"]


def test_no_page_is_left_of_an_alert_that_has_gone() -> None:
    alerts = {rule["alert"] for rule in RULES}
    assert set(re.findall(r"^## (\w+)$", RUNBOOK, re.MULTILINE)) == alerts
