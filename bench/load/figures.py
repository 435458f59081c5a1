"""From the lines of a run to figures: of each step and of each kind of arrival."""

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.load.plan import Step, step_at
from bench.load.watch import DISK, EVERY, GROUPS, MACHINE, Sample

# What is answered well, where it is not 200.
FINE = {"sign in": "302", "small upload": "201"}
# Where people would say that it hangs.
SLOW_MS = 1000.0
# So many not answered well, of all, are too many.
MAX_ERRORS = 0.001
# Of the machine's processors: with so much taken, there is hardly any left to give.
FULL_PROCESSOR = 0.85
# Of its processors' time: with so much spent waiting for the disk, it decides.
FULL_DISK = 0.3


@dataclass(frozen=True)
class Arrival:
    second: float
    what: str
    milliseconds: float
    status: str

    @property
    def is_error(self) -> bool:
        return self.status != FINE.get(self.what, "200")


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
    """Read what is whole: the last line may be half-written yet."""
    arrivals = []
    for line in lines:
        if line.endswith("\n"):
            second, what, milliseconds, status = line.rstrip("\n").split(";")
            arrivals.append(Arrival(float(second), what, float(milliseconds), status))
    return arrivals


def of(arrivals: Sequence[Arrival]) -> Figures:
    """Raises ValueError for less than two."""
    if len(arrivals) < 2:
        raise ValueError("too few arrivals to say anything")
    cuts = statistics.quantiles((arrival.milliseconds for arrival in arrivals), n=100)
    errors = sum(arrival.is_error for arrival in arrivals)
    return Figures(len(arrivals), cuts[49], cuts[94], cuts[98], errors)


def by_step(arrivals: Sequence[Arrival], steps: Sequence[Step]) -> list[Figures]:
    """Return the figures of the steps that were reached."""
    several: list[list[Arrival]] = [[] for _ in steps]
    for arrival in arrivals:
        if (number := step_at(steps, arrival.second)) is not None:
            several[number].append(arrival)
    return [of(these) for these in several if len(these) > 1]


def by_kind(arrivals: Sequence[Arrival]) -> dict[str, Figures]:
    kinds = sorted({arrival.what for arrival in arrivals})
    several = {kind: [a for a in arrivals if a.what == kind] for kind in kinds}
    return {kind: of(these) for kind, these in several.items() if len(these) > 1}


def errors(arrivals: Sequence[Arrival]) -> dict[str, int]:
    """Return what went wrong how often: a kind of arrival and its status."""
    found = Counter(f"{a.what}: {a.status}" for a in arrivals if a.is_error)
    return dict(found.most_common())


def knee(steps: Sequence[Step], figures: Sequence[Figures]) -> float | None:
    """Return the highest rate that the site kept up with."""
    held = [step.rate for step, these in zip(steps, figures, strict=False) if these.held]
    return max(held, default=None)


def is_past_knee(figures: Sequence[Figures]) -> bool:
    """Tell whether two rates in a row were too much: one alone may be a moment's trouble."""
    return len(figures) > 1 and not figures[-1].held and not figures[-2].held


def growth(samples: Sequence[Sample], group: str) -> float:
    """Return by how many bytes a group grew in a minute: from the third quarter to the last.

    Of medians: a process that lived for a moment is no growth.
    """
    late = samples[len(samples) // 2 :]
    third, last = late[: len(late) // 2], late[len(late) // 2 :]
    if not third:
        return 0.0
    minutes = (_mean_second(last) - _mean_second(third)) / 60
    return (_median_memory(last, group) - _median_memory(third, group)) / minutes


def _mean_second(samples: Sequence[Sample]) -> float:
    return statistics.fmean(sample.second for sample in samples)


def _median_memory(samples: Sequence[Sample], group: str) -> float:
    return statistics.median(sample.memory[group] for sample in samples)


def cores(samples: Sequence[Sample], name: str, begin: float, end: float) -> float:
    """Return how many cores a group (or MACHINE, DISK) took on average between two seconds.

    From the samples next to them, which are a few seconds apart.
    """
    near = [sample for sample in samples if begin - EVERY <= sample.second <= end + EVERY]
    if len(near) < 2:
        return 0.0
    taken = near[-1].processor[name] - near[0].processor[name]
    return taken / (near[-1].second - near[0].second)


def limit(taken: Mapping[str, float], processors: int) -> str:
    """Say what there was no more of, from the cores that were taken at that rate."""
    others = taken[MACHINE] - sum(taken[group] for group in GROUPS)
    shares = ", ".join(f"{group} {taken[group]:.2f}" for group in GROUPS)
    shares = f"of {processors} cores {shares}, all else {others:.2f}; disk wait {taken[DISK]:.2f}"
    if taken[MACHINE] >= processors * FULL_PROCESSOR:
        return f"the processor ({shares})"
    if taken[DISK] >= processors * FULL_DISK:
        return f"the disk ({shares})"
    return f"neither processor nor disk, but threads that wait for something ({shares})"
