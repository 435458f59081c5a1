"""A run as tables."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Self

from bench.load import figures
from bench.load.figures import Arrival, Figures
from bench.load.plan import Step
from bench.load.watch import DISK, GROUPS, MACHINE, Sample
from bench.report import table
from bench.sizes import MEBI

# The memory of a soak is shown so many times over its length.
ROWS = 10
# Whose memory must not grow: locust's is its own affair.
OURS = GROUPS[:3]


@dataclass(frozen=True)
class Part:
    """One part of a run, as far as it has come. Lists of steps are of those reached.

    `minutes`: of a soak, (minute, bytes of each group) over its length.
    `growth`: bytes a minute, over its second half.
    """

    name: str
    steps: list[Step]
    by_step: list[Figures]
    by_kind: dict[str, Figures]
    errors: dict[str, int]
    cores: list[dict[str, float]]
    memory: list[dict[str, int]]
    minutes: list[tuple[float, dict[str, int]]]
    growth: dict[str, float]

    @classmethod
    def of(
        cls,
        name: str,
        steps: Sequence[Step],
        arrivals: Sequence[Arrival],
        samples: Sequence[Sample],
        begin: float,
    ) -> Self:
        """Make it from what arrived since `begin`, a second of the samples."""
        by_step = figures.by_step(arrivals, steps)
        reached = _reached(steps[: len(by_step)], arrivals)
        spans = list(pairwise(accumulate((step.seconds for step in reached), initial=begin)))
        within = [s for s in samples if spans and begin <= s.second <= spans[-1][1]]
        return cls(
            name,
            reached,
            by_step,
            figures.by_kind(arrivals),
            figures.errors(arrivals),
            [
                {who: figures.cores(samples, who, *span) for who in (*GROUPS, MACHINE, DISK)}
                for span in spans
            ],
            [_last_before(samples, end) for _, end in spans],
            _minutes(within, begin) if len(steps) == 1 else [],
            {group: figures.growth(within, group) for group in OURS},
        )

    @property
    def knee(self) -> float | None:
        return figures.knee(self.steps, self.by_step)

    def text(self) -> str:
        parts = [f"### {self.name}", self._steps_table(), self._resources_table()]
        parts += [self._kinds_table()]
        parts += [f"Not answered well: {_counted(self.errors)}."] if self.errors else []
        if self.minutes:
            slopes = ", ".join(f"{g} {self.growth[g] / MEBI:+.2f}" for g in OURS)
            parts += [_memory_table(self.minutes)]
            parts += [f"Memory over the second half, MiB a minute: {slopes}."]
        elif self.steps:
            parts += [self._knee_text()]
        return "\n\n".join(parts)

    def _knee_text(self) -> str:
        """Say which rate was kept up with, and what there was no more of at the next."""
        kept = f"Kept up with: {self.knee:g} arrivals a second." if self.knee else "Never kept up."
        beyond = [
            (step.rate, taken)
            for step, these, taken in zip(self.steps, self.by_step, self.cores, strict=True)
            if not these.held and step.rate > (self.knee or 0)
        ]
        if not beyond:
            return f"{kept} No higher rate was tried."
        rate, taken = beyond[0]
        limit = figures.limit(taken, os.cpu_count() or 1)
        return f"{kept} What {rate:g} a second were too much for: {limit}."

    def _steps_table(self) -> str:
        head = ["arrivals/s", "seconds", "arrivals", "p50 ms", "p95 ms", "p99 ms", "errors"]
        rows = [
            [f"{step.rate:g}", f"{step.seconds:.0f}", *_cells(these)]
            for step, these in zip(self.steps, self.by_step, strict=True)
        ]
        return table(head, rows)

    def _resources_table(self) -> str:
        """What each step took: cores on average, memory at its end."""
        whose = (*GROUPS, MACHINE)
        head = ["arrivals/s", *(f"{who}, cores" for who in whose), *(f"{g}, MiB" for g in OURS)]
        rows = [
            [f"{step.rate:g}", *(f"{cores[who]:.2f}" for who in whose)]
            + [f"{memory[group] / MEBI:.0f}" for group in OURS]
            for step, cores, memory in zip(self.steps, self.cores, self.memory, strict=True)
        ]
        return table(head, rows)

    def _kinds_table(self) -> str:
        head = ["what", "arrivals", "p50 ms", "p95 ms", "p99 ms", "errors"]
        return table(head, [[kind, *_cells(these)] for kind, these in self.by_kind.items()])


@dataclass
class Report:
    """What a run has found so far, part by part; `state` says how far that is."""

    title: str
    state: str = "under way"
    parts: dict[str, Part] = field(default_factory=dict)

    def text(self) -> str:
        machine = f"{os.cpu_count()} cores, {platform.platform()}"
        python = platform.python_version()
        texts = [f"## {self.title}", f"{machine}, Python {python}. The run is {self.state}."]
        return "\n\n".join([*texts, *(part.text() for part in self.parts.values())]) + "\n"


def _reached(steps: Sequence[Step], arrivals: Sequence[Arrival]) -> list[Step]:
    """Return the steps; the last one as long as it has come."""
    if not steps:
        return []
    *before, last = steps
    since = max(arrival.second for arrival in arrivals) - sum(step.seconds for step in before)
    # By chance the last one arrives a moment before the end.
    over = since > last.seconds - 5 / last.rate - 1
    return [*before, last if over else Step(last.rate, since)]


def _minutes(samples: Sequence[Sample], begin: float) -> list[tuple[float, dict[str, int]]]:
    every = max(1, len(samples) // ROWS)
    return [((sample.second - begin) / 60, sample.memory) for sample in samples[::every]]


def _memory_table(minutes: Sequence[tuple[float, dict[str, int]]]) -> str:
    rows = [
        [f"{minute:.1f}", *(f"{memory[group] / MEBI:.0f}" for group in OURS)]
        for minute, memory in minutes
    ]
    return table(["minute", *(f"{group}, MiB" for group in OURS)], rows)


def _counted(errors: dict[str, int]) -> str:
    return ", ".join(f"{count} x {what}" for what, count in errors.items())


def _cells(these: Figures) -> list[str]:
    quantiles = [f"{value:,.0f}" for value in (these.p50, these.p95, these.p99)]
    return [f"{these.count:,}", *quantiles, f"{these.errors:,}"]


def _last_before(samples: Sequence[Sample], second: float) -> dict[str, int]:
    early = [sample for sample in samples if sample.second <= second]
    return max(early or samples, key=lambda sample: sample.second).memory
