"""A run as tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Self

from bench.load import figures
from bench.load.figures import Arrival, Figures
from bench.load.plan import Step
from bench.load.watch import Sample
from bench.report import table
from bench.sizes import MEBI

GROUPS = ("gunicorn", "worker", "PostgreSQL", "locust")


@dataclass(frozen=True)
class Report:
    steps: list[Step]
    by_step: list[Figures]
    by_kind: dict[str, Figures]
    # Of each step: cores that each group took, and bytes at its end.
    cores: list[dict[str, float]]
    memory: list[dict[str, int]]
    # Bytes a minute, over the second half.
    growth: dict[str, float]
    knee: float | None

    @classmethod
    def of(
        cls,
        steps: Sequence[Step],
        arrivals: Sequence[Arrival],
        samples: Sequence[Sample],
        warm_up: float,
    ) -> Self:
        by_step = figures.by_step(arrivals, steps)
        spans = list(pairwise(accumulate((step.seconds for step in steps), initial=warm_up)))
        return cls(
            list(steps),
            by_step,
            figures.by_kind(arrivals),
            [{g: figures.cores(samples, g, *span) for g in GROUPS} for span in spans],
            [_last_before(samples, end) for _, end in spans],
            {group: figures.growth(samples, group) for group in GROUPS},
            figures.knee(steps, by_step),
        )

    def text(self) -> str:
        head = ["arrivals/s", "seconds", "arrivals", "p50 ms", "p95 ms", "p99 ms", "errors"]
        head += [f"{group}, cores" for group in GROUPS] + ["gunicorn, MiB", "worker, MiB"]
        rows = [
            [f"{step.rate:g}", f"{step.seconds:g}", *_cells(these)]
            + [f"{cores[group]:.2f}" for group in GROUPS]
            + [f"{memory[group] / MEBI:.0f}" for group in GROUPS[:2]]
            for step, these, cores, memory in zip(
                self.steps, self.by_step, self.cores, self.memory, strict=True
            )
        ]
        kinds = [[kind, *_cells(these)] for kind, these in self.by_kind.items()]
        slopes = ", ".join(f"{g} {self.growth[g] / MEBI:+.2f}" for g in GROUPS[:3])
        last = f"Kept up with: {self.knee:g} arrivals a second." if self.knee else "Never kept up."
        return "\n\n".join(
            [
                table(head, rows),
                table(["what", "arrivals", "p50 ms", "p95 ms", "p99 ms", "errors"], kinds),
                f"Memory over the second half, MiB a minute: {slopes}.",
                f"{last}\n",
            ]
        )


def _cells(these: Figures) -> list[str]:
    quantiles = [f"{value:,.0f}" for value in (these.p50, these.p95, these.p99)]
    return [f"{these.count:,}", *quantiles, f"{these.errors:,}"]


def _last_before(samples: Sequence[Sample], second: float) -> dict[str, int]:
    return max((s for s in samples if s.second <= second), key=lambda s: s.second).memory
