"""One drill: what it breaks, what is expected, and how it is run and judged."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from practice.drills.load import KINDS, NO_ANSWER, PARTED, Answer, Load
from practice.drills.observe import Observer, Signal, has_moved, worst
from practice.drills.stack import Stack, pause
from practice.drills.verify import Verdict, verify

# Before anything is broken, so that there is something to compare with.
CALM = 1.0
RECOVERY = 40.0


@dataclass(frozen=True)
class Drill:
    """`broken` breaks something when it is entered, and mends it when it is left."""

    name: str
    # In words, for the page and the report.
    breaks: str
    people: str
    mended: str
    todo: str
    broken: Callable[[Stack], AbstractContextManager[None]]
    # None where nothing may move: that is the point then.
    signals: tuple[Signal, ...]
    # Answers that people may get meanwhile beside good ones; 0 is none at all.
    statuses: frozenset[int] = frozenset()
    # How many people look at pages at the same time.
    readers: int = 1
    # How long it stays broken, by hand and in the tests.
    seconds: float = 30.0
    quick: float = 4.0
    # What must be there before anybody comes.
    prepare: Callable[[Stack], None] | None = None


@dataclass(frozen=True)
class Moved:
    """A signal: its value before and while something was broken, and whether it is calm again."""

    signal: Signal
    before: float | None
    meanwhile: float | None
    calm: bool


@dataclass
class Outcome:
    """What was seen. Times are of the monotonic clock."""

    drill: Drill
    load: Load
    began: float
    mended: float
    # After how many seconds each kind of request was served again.
    recovery: dict[str, float]
    moved: list[Moved]
    verdict: Verdict
    problems: list[str] = field(default_factory=list)


def run(drill: Drill, stack: Stack, *, seconds: float) -> Outcome:
    """Break, look, mend, look again, and count."""
    if drill.prepare is not None:
        drill.prepare(stack)
    stack.findings.clear()
    load = Load(stack, drill.name, drill.readers)
    observer = Observer(stack)
    with observer.running():
        with load.running():
            start = time.monotonic()
            load.wait_until_all_are_served()
            pause(CALM)
            began = time.monotonic()
            with drill.broken(stack):
                pause(seconds)
            mended = time.monotonic()
            recovery = load.recovery(mended, within=RECOVERY)
        verdict = verify(stack, load)
    moved = [_moved(signal, observer, start, began) for signal in drill.signals]
    outcome = Outcome(drill, load, began, mended, recovery, moved, verdict)
    outcome.problems = [*stack.findings, *_problems(outcome)]
    return outcome


def _moved(signal: Signal, observer: Observer, start: float, began: float) -> Moved:
    # Of a counter, what came after the break counts from what was there before it.
    since = start if signal.moves in {"grows", "slows"} else began
    before = worst(signal, observer.between(start, began))
    meanwhile = worst(signal, observer.between(since, float("inf")))
    last = {each.process: each for each in observer.scrapes}
    calm = signal.moves != "falls" or worst(signal, list(last.values())) == before
    return Moved(signal, before, meanwhile, calm)


def _problems(outcome: Outcome) -> Iterator[str]:
    yield from outcome.verdict.problems
    if not outcome.verdict.files or not outcome.verdict.shares:
        yield "Nothing was acknowledged at all."
    yield from _problems_of_people(outcome)
    for each in outcome.moved:
        if not has_moved(each.signal, each.before, each.meanwhile):
            yield f"{each.signal.metric} did not move: {each.before}, then {each.meanwhile}."
        if not each.calm:
            yield f"{each.signal.metric} is not what it was before."


def _is_odd(answer: Answer, drill: Drill) -> bool:
    """Return whether nobody should get such an answer.

    Whoever is refused while a large body is on its way may find the line cut before the answer.
    """
    cut = answer.status == NO_ANSWER and answer.who == PARTED and bool(drill.statuses)
    return not answer.good and not cut and answer.status not in drill.statuses


def _problems_of_people(outcome: Outcome) -> Iterator[str]:
    answers = list(outcome.load.answers)
    odd = {answer.status for answer in answers if _is_odd(answer, outcome.drill)}
    if odd:
        yield f"People got answers that nobody should get: {sorted(odd)}."
    if any(not answer.patient for answer in answers):
        yield "A 503 did not say when to come back (Retry-After)."
    if late := KINDS - outcome.recovery.keys():
        yield f"Not served again within {RECOVERY:.0f} s: {sorted(late)}."
