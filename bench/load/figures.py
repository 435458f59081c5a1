"""From the lines of a run to figures: of each step and of each kind of arrival."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.load.plan import Step, step_at
from bench.load.watch import Sample

FINE = {"200", "201", "302"}
# Where people would say that it hangs.
SLOW_MS = 1000.0
# So many not answered well, of all, are too many.
MAX_ERRORS = 0.001


@dataclass(frozen=True)
class Arrival:
    second: float
    what: str
    milliseconds: float
    status: str


@dataclass(frozen=True)
class Figures:
    """Of some arrivals: how many, milliseconds from when they were due, how many went wrong."""

    count: int
    p50: float
    p95: float
    p99: float
    errors: int

    @property
    def held(self) -> bool:
        """Whether the site kept up with them."""
        return self.p95 < SLOW_MS and self.errors <= self.count * MAX_ERRORS


def read(lines: Iterable[str]) -> list[Arrival]:
    arrivals = []
    for line in lines:
        second, what, milliseconds, status = line.rstrip("\n").split(";")
        arrivals.append(Arrival(float(second), what, float(milliseconds), status))
    return arrivals


def of(arrivals: Sequence[Arrival]) -> Figures:
    """Raises ValueError for less than two."""
    if len(arrivals) < 2:
        raise ValueError("too few arrivals to say anything")
    cuts = statistics.quantiles((arrival.milliseconds for arrival in arrivals), n=100)
    errors = sum(arrival.status not in FINE for arrival in arrivals)
    return Figures(len(arrivals), cuts[49], cuts[94], cuts[98], errors)


def by_step(arrivals: Sequence[Arrival], steps: Sequence[Step]) -> list[Figures]:
    return [
        of([arrival for arrival in arrivals if step_at(steps, arrival.second) == number])
        for number in range(len(steps))
    ]


def by_kind(arrivals: Sequence[Arrival]) -> dict[str, Figures]:
    kinds = sorted({arrival.what for arrival in arrivals})
    several = {kind: [a for a in arrivals if a.what == kind] for kind in kinds}
    return {kind: of(these) for kind, these in several.items() if len(these) > 1}


def knee(steps: Sequence[Step], figures: Sequence[Figures]) -> float | None:
    """Return the last rate before the first that the site did not keep up with."""
    best = None
    for step, these in zip(steps, figures, strict=True):
        if not these.held:
            return best
        best = step.rate
    return best


def growth(samples: Sequence[Sample], group: str) -> float:
    """Return by how many bytes a group grew in a minute, as the slope of the second half."""
    late = samples[len(samples) // 2 :]
    if len(late) < 2:
        return 0.0
    seconds = [sample.second for sample in late]
    memory = [float(sample.memory[group]) for sample in late]
    return statistics.linear_regression(seconds, memory).slope * 60


def cores(samples: Sequence[Sample], group: str, begin: float, end: float) -> float:
    """Return how many cores a group took on average between two seconds."""
    within = [sample for sample in samples if begin <= sample.second <= end]
    if len(within) < 2:
        return 0.0
    taken = within[-1].processor[group] - within[0].processor[group]
    return taken / (within[-1].second - within[0].second)
