"""What Prometheus would see meanwhile: both processes' metrics, and the rules of the alerts."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import yaml
from prometheus_client.parser import text_string_to_metric_families

from practice.drills.stack import Process, Stack

RULES = Path(__file__).resolve().parents[2] / "deploy/observability/alerts.yaml"
EVERY = 0.25
# Prometheus' own: a scrape that takes longer has failed.
SCRAPE_TIMEOUT = 10.0
UP = "up"


@dataclass(frozen=True)
class Signal:
    """A metric that moves while something is broken, and the alert whose rule asks for it."""

    alert: str
    metric: str
    # "falls" and "rises" are of gauges, "grows" of counters; "slows" of a histogram's buckets: how
    # much took longer than a second.
    moves: Literal["falls", "rises", "grows", "slows"]
    # Part of a label set, such as ("status", "5"): the label begins so.
    label: tuple[str, str] = ("", "")

    def fits(self, labels: dict[str, str]) -> bool:
        name, beginning = self.label
        return not name or labels.get(name, "").startswith(beginning)


@dataclass(frozen=True)
class Scrape:
    """What one process said of itself; nothing where it did not answer."""

    process: str
    at: float
    samples: tuple[tuple[str, dict[str, str], float], ...]

    @property
    def up(self) -> bool:
        return bool(self.samples)

    def values(self, signal: Signal) -> list[float]:
        if signal.metric == UP:
            return [float(self.up)]
        return [
            value
            for name, labels, value in self.samples
            if name == signal.metric and signal.fits(labels)
        ]


def scrape(process: Process) -> Scrape:
    try:
        with urllib.request.urlopen(process.metrics_url, timeout=SCRAPE_TIMEOUT) as answer:
            text = answer.read().decode()
    except (OSError, urllib.error.URLError):
        text = ""
    found = tuple(
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    )
    return Scrape(process.name, time.monotonic(), found)


@dataclass
class Observer:
    """Scrapes each process again and again, in a thread for each."""

    stack: Stack
    scrapes: list[Scrape] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def _watch(self, process: Process) -> None:
        while not self.stopping.is_set():
            self.scrapes.append(scrape(process))
            self.stopping.wait(EVERY)

    @contextmanager
    def running(self) -> Iterator["Observer"]:
        watchers = [
            threading.Thread(target=self._watch, args=[process]) for process in self.stack.processes
        ]
        for watcher in watchers:
            watcher.start()
        try:
            yield self
        finally:
            self.stopping.set()
            for watcher in watchers:
                watcher.join()

    def between(self, start: float, end: float) -> list[Scrape]:
        return [each for each in list(self.scrapes) if start <= each.at < end]


def worst(signal: Signal, scrapes: Sequence[Scrape]) -> float | None:
    """Return the value that an alert would look at; None where nothing was seen of it."""
    if signal.moves == "grows":
        return _increase(signal, scrapes)
    if signal.moves == "slows":
        return _slow(signal, scrapes)
    values = [value for each in scrapes for value in each.values(signal)]
    if not values:
        return None
    return min(values) if signal.moves == "falls" else max(values)


def _increase(signal: Signal, scrapes: Sequence[Scrape]) -> float:
    """Return by how much a counter grew over all processes, as Prometheus' increase() does."""
    grown = 0.0
    for process in {each.process for each in scrapes}:
        sums = [sum(each.values(signal)) for each in scrapes if each.process == process and each.up]
        # A counter that went down has begun anew, with its process.
        pairs = pairwise(sums)
        grown += sum(new - old if new >= old else new for old, new in pairs)
    return grown


def _slow(signal: Signal, scrapes: Sequence[Scrape]) -> float:
    """Return how many observations came that were above a second."""
    quick = _increase(replace(signal, label=("le", "1.0")), scrapes)
    return _increase(replace(signal, label=("le", "+Inf")), scrapes) - quick


def has_moved(signal: Signal, before: float | None, meanwhile: float | None) -> bool:
    if meanwhile is None:
        return False
    if signal.moves == "falls":
        return before is None or meanwhile < before
    return meanwhile > (before or 0.0)


def rules() -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def condition(alert: str) -> str:
    """Return when an alert fires, in the words of its rule."""
    rule = rules()[alert]
    return f"{rule['expr']} for {rule.get('for', '0m')}"
