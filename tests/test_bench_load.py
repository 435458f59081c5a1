"""What the load bench makes of a run: its plan, its figures, the knee."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, pairwise
from typing import Any

import pytest

from bench.load.figures import (
    Arrival,
    Figures,
    by_kind,
    by_step,
    cores,
    errors,
    growth,
    is_past_knee,
    knee,
    limit,
    of,
    read,
)
from bench.load.plan import MIX, RATES, Plan, Step, parse, step_at, written
from bench.load.report import Part, Report
from bench.load.run import RESTED_ANSWERS, wait_until_idle, wait_until_rested
from bench.load.watch import DISK, GROUPS, MACHINE, Sample

STEPS = [Step(5, 60), Step(10, 30)]


def test_a_plan_is_read_as_it_is_written() -> None:
    assert parse("5:60,10:30") == STEPS
    assert parse(written(STEPS)) == STEPS
    for wrong in ("", "5", "5:0", "-1:3", "x:1"):
        with pytest.raises((ValueError, TypeError)):
            parse(wrong)


def test_a_plan_is_a_search_and_soaks_unless_steps_are_asked_for() -> None:
    assert Plan.of({}) == Plan([], RATES, 45, 1200)
    short = Plan.of({"LOAD_STEP": "10", "LOAD_SOAK": "60", "LOAD_RATES": "5,10"})
    assert (short.search, short.soak) == ([Step(5, 10), Step(10, 10)], 60)
    assert Plan.of({"LOAD": "5:60,10:30"}).asked == STEPS


def test_a_whole_run_takes_less_than_an_hour() -> None:
    plan = Plan.of({})
    assert sum(step.seconds for step in plan.search) + 2 * plan.soak < 50 * 60
    assert all(1.1 < after / before < 1.4 for before, after in pairwise(RATES))


def test_what_arrives_adds_up_to_a_hundred() -> None:
    assert sum(MIX.values()) == 100


@pytest.mark.parametrize(
    ("second", "step"), [(-0.1, None), (0, 0), (59.9, 0), (60, 1), (89.9, 1), (90, None)]
)
def test_a_second_belongs_to_a_step(second: float, step: int | None) -> None:
    assert step_at(STEPS, second) == step


def arrivals(*milliseconds: float, start: float = 0.0, status: str = "200") -> list[Arrival]:
    return [
        Arrival(start + number / 10, "bell", taken, status)
        for number, taken in enumerate(milliseconds)
    ]


def test_lines_are_read() -> None:
    half_written = "0.600;be"
    assert read(["0.500;bell;12.5;200\n", half_written]) == [Arrival(0.5, "bell", 12.5, "200")]


def test_each_kind_has_an_answer_of_its_own_that_is_fine() -> None:
    """A page that leads on to where one signs in is no page."""
    done = [Arrival(0, "bell", 1, "302"), Arrival(1, "sign in", 1, "302")]
    done += [Arrival(2, "small upload", 1, "201"), Arrival(3, "small upload", 1, "unanswered")]
    assert errors(done) == {"bell: 302": 1, "small upload: unanswered": 1}


def test_quantiles_and_errors() -> None:
    figures = of(arrivals(*range(1, 100)) + arrivals(100, status="ConnectionError"))
    assert (figures.count, figures.errors) == (100, 1)
    assert figures.p50 == pytest.approx(50.5)
    assert 94 < figures.p95 < 97
    with pytest.raises(ValueError, match="too few"):
        of([])


def test_each_step_has_figures_of_its_own() -> None:
    first, second = by_step(arrivals(1, 1, 1) + arrivals(9, 9, start=60), STEPS)
    assert (first.count, first.p50, second.count, second.p50) == (3, 1, 2, 9)
    assert by_kind(arrivals(1, 3))["bell"].p50 == 2


def test_steps_that_were_not_reached_have_none() -> None:
    assert len(by_step(arrivals(1, 1, 1), STEPS)) == 1


FAST, SLOW = Figures(100, 5, 20, 50, 0), Figures(100, 900, 2000, 3000, 0)
BROKEN = Figures(100, 5, 20, 50, 1)


@pytest.mark.parametrize(
    ("figures", "rate", "is_over"),
    [
        ([FAST, FAST], 10, False),
        ([FAST, SLOW], 5, False),
        ([FAST, BROKEN], 5, False),
        ([SLOW, FAST], 10, False),
        ([SLOW, SLOW], None, True),
        ([SLOW], None, False),
    ],
)
def test_the_knee_is_the_highest_rate_kept_up_with_before_two_that_were_not(
    figures: list[Figures], rate: float | None, is_over: bool
) -> None:
    assert knee(STEPS, figures) == rate
    assert is_past_knee(figures) is is_over


def samples() -> list[Sample]:
    """A sample every ten seconds: half a core each, and 6 MB more a minute."""
    return [
        Sample(
            second,
            dict.fromkeys(GROUPS, 100_000_000 + second * 100_000),
            dict.fromkeys((*GROUPS, MACHINE, DISK), second / 2),
        )
        for second in range(0, 110, 10)
    ]


def test_growth_and_cores_come_from_samples() -> None:
    assert growth(samples(), "gunicorn") == pytest.approx(6_000_000)
    assert cores(samples(), "worker", 20, 80) == pytest.approx(0.5)
    assert (growth([], "worker"), cores([], "worker", 0, 9)) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("machine", "disk", "said"),
    [(1.9, 0.0, "the processor"), (0.9, 0.8, "the disk"), (0.9, 0, "neither")],
)
def test_what_limits_is_what_there_was_no_more_of(machine: float, disk: float, said: str) -> None:
    taken = dict.fromkeys(GROUPS, 0.2) | {MACHINE: machine, DISK: disk}
    words = limit(taken, processors=2)
    assert words.startswith(said)
    assert f"all else {machine - 0.8:.2f}" in words


def part(steps: list[Step], done: list[Arrival]) -> Part:
    return Part.of("Knee", steps, done, samples(), begin=10)


def test_a_search_shows_each_step_and_the_knee() -> None:
    found = part(STEPS, arrivals(1, 2, 3) + arrivals(4000, 4000, start=70))
    assert found.knee == 5
    text = found.text()
    assert "Kept up with: 5 arrivals a second. What 10 a second were too much for: " in text
    assert "| 5          |      60 |        3 |" in text


def test_a_soak_shows_memory_over_time_and_what_went_wrong() -> None:
    soak = part(STEPS[:1], [*arrivals(1, 2), *arrivals(3, start=59.9, status="500")])
    assert (len(soak.minutes), soak.minutes[-1][0]) == (7, 1.0)
    text = soak.text()
    assert "gunicorn +5.72" in text
    assert "Not answered well: 1 x bell: 500." in text
    assert "Kept up with" not in text


def test_a_run_that_is_broken_off_shows_how_far_it_came() -> None:
    found = part(STEPS, arrivals(1, 2, 3) + arrivals(1, 1, start=68))
    assert [step.seconds for step in found.steps] == [60, pytest.approx(8.1)]
    text = Report("Load", "broken off", {"Knee": found}).text()
    assert "The run is broken off." in text
    assert "| 10         |       8 |        2 |" in text


@contextmanager
def answering(*, slowly: int) -> Iterator[tuple[str, list[str]]]:
    """Run a server whose first so many answers take long. Yield its address, and who asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            time.sleep(0.2 if len(asked) <= slowly else 0)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def test_a_soak_begins_once_the_search_is_worked_off() -> None:
    with answering(slowly=3) as (host, asked):
        wait_until_rested(host, pause=0)
    assert asked == ["/livez"] * len(asked)
    assert len(asked) >= 3 + RESTED_ANSWERS


def test_a_site_that_does_not_come_to_rest_is_told_of() -> None:
    with answering(slowly=1000) as (host, _), pytest.raises(RuntimeError, match="to rest"):
        wait_until_rested(host, pause=0, seconds=0.5)


class QuickWatch:
    """Looks every five seconds, which pass at once. The worker takes a core until `busy_until`."""

    every = 0.0

    def __init__(self, busy_until: float) -> None:
        self.seconds = count(0, 5)
        self.busy_until = busy_until
        self.samples: list[Sample] = []

    @property
    def second(self) -> float:
        second = float(next(self.seconds))
        taken = min(second, self.busy_until)
        self.samples.append(Sample(second, {}, {"worker": taken}))
        return second


def test_a_search_begins_once_the_worker_has_nothing_to_do() -> None:
    watch: Any = QuickWatch(busy_until=60)
    wait_until_idle(watch, "worker")
    assert 75 <= watch.samples[-1].second <= 90


def test_a_worker_that_does_not_come_to_rest_is_told_of() -> None:
    watch: Any = QuickWatch(busy_until=10_000)
    with pytest.raises(RuntimeError, match=r"worker does not come to rest: 1\.00 cores"):
        wait_until_idle(watch, "worker", seconds=100)
