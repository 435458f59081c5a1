"""How many arrive in a second, and for how long: read by both sides of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

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
# Arrivals a second, each about a quarter more than the one before.
RATES = (10, 13, 16, 20, 25, 31, 39, 49, 61, 76, 95, 119)


@dataclass(frozen=True)
class Step:
    """So many arrivals in a second, for so many seconds."""

    rate: float
    seconds: float


@dataclass(frozen=True)
class Plan:
    """What a run does: `asked` alone, or a search for the knee and soaks at half and at full load.

    Seconds: `step` of each rate of the search, `soak` of each soak.
    """

    asked: list[Step]
    rates: tuple[float, ...] = RATES
    step: float = 45
    soak: float = 1200

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Read LOAD, LOAD_RATES, LOAD_STEP and LOAD_SOAK. Raises ValueError."""
        asked = parse(environment["LOAD"]) if environment.get("LOAD") else []
        rates = environment.get("LOAD_RATES")
        return cls(
            asked,
            tuple(map(float, rates.split(","))) if rates else RATES,
            float(environment.get("LOAD_STEP") or cls.step),
            float(environment.get("LOAD_SOAK") or cls.soak),
        )

    @property
    def search(self) -> list[Step]:
        return [Step(rate, self.step) for rate in self.rates]


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
