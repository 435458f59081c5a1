"""How many arrive in a second, and for how long: read by both sides of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

PEOPLE = 40
# What arrives, of a hundred.
MIX = {
    "list a folder": 34,
    "bell": 20,
    "page of a file": 12,
    "thumbnail": 10,
    "download": 10,
    "small upload": 7,
    "search": 4,
    "notifications": 2,
    "sign in": 1,
}


@dataclass(frozen=True)
class Step:
    """So many arrivals in a second, for so many seconds."""

    rate: float
    seconds: float


def parse(text: str) -> list[Step]:
    """Read `5:60,10:60`: five in a second for a minute, then ten. Raises ValueError."""
    steps = [Step(*map(float, part.split(":", 1))) for part in text.split(",")]
    if any(step.rate <= 0 or step.seconds <= 0 for step in steps):
        raise ValueError(f"rates and seconds are above zero: {text}")
    return steps


def written(steps: Sequence[Step]) -> str:
    return ",".join(f"{step.rate:g}:{step.seconds:g}" for step in steps)


def step_at(steps: Sequence[Step], second: float) -> int | None:
    """Return which step it is so many seconds after the start; None before it and after the end."""
    if second < 0:
        return None
    ends = accumulate(step.seconds for step in steps)
    return next((number for number, end in enumerate(ends) if second < end), None)
