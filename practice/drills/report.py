"""What a drill showed, in numbers."""

from collections import Counter
from collections.abc import Iterator, Sequence

from practice.drills.drill import Moved, Outcome
from practice.drills.load import LIVEZ, NO_ANSWER, Answer
from practice.drills.observe import condition
from practice.drills.verify import VERIFICATION


def text(outcome: Outcome) -> str:
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    drill, load = outcome.drill, outcome.load
    yield f"== {drill.name} " + "=" * (70 - len(drill.name))
    yield f"Broken:    {drill.breaks}"
    yield f"Expected:  {drill.people}"
    yield f"Mended:    {drill.mended}"
    yield ""
    yield _phase("before", load.between(0, outcome.began))
    yield _phase("broken", load.between(outcome.began, outcome.mended))
    yield _phase("after", load.between(outcome.mended, float("inf")))
    back = ", ".join(f"{who} {after:.1f} s" for who, after in sorted(outcome.recovery.items()))
    yield f"  served again after: {back}"
    yield from map(_signal, outcome.moved)
    verdict = outcome.verdict
    yield (
        f"  kept: {verdict.files} files acknowledged and read again by digest; {verdict.shares} "
        f"shares acknowledged, {verdict.mails} mails for them ({verdict.again} came again)"
    )
    yield from (f"  WRONG: {problem}" for problem in outcome.problems)
    yield "Not as expected." if outcome.problems else "As expected, and all is whole."


def _phase(name: str, answers: Sequence[Answer]) -> str:
    people = [answer for answer in answers if answer.who != VERIFICATION]
    counted = Counter(answer.status for answer in people)
    words = ", ".join(f"{_status(status)} x{n}" for status, n in sorted(counted.items()))
    slowest = max((answer.seconds for answer in people), default=0.0)
    probes = [answer.seconds for answer in people if answer.who == LIVEZ and answer.good]
    livez = f", livez {max(probes):.2f} s" if probes else ""
    return f"  {name}: {len(people)} answers: {words}; slowest {slowest:.2f} s{livez}"


def _status(status: int) -> str:
    return "no answer" if status == NO_ANSWER else str(status)


def _signal(moved: Moved) -> str:
    signal = moved.signal
    what = (
        f'{signal.metric}{{{signal.label[0]}=~"{signal.label[1]}.*"}}'
        if signal.label[0]
        else (signal.metric)
    )
    return (
        f"  {what}: {_number(moved.before)}, then {_number(moved.meanwhile)}\n"
        f"    alert {signal.alert}: {condition(signal.alert)}"
    )


def _number(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.3g}"
