"""What the load bench makes of a run: its plan, its figures, the knee."""

import pytest

from bench.load.figures import Arrival, Figures, by_kind, by_step, cores, growth, knee, of, read
from bench.load.plan import MIX, Step, parse, step_at, written
from bench.load.report import GROUPS, Report
from bench.load.watch import Sample

STEPS = [Step(5, 60), Step(10, 30)]


def test_a_plan_is_read_as_it_is_written() -> None:
    assert parse("5:60,10:30") == STEPS
    assert parse(written(STEPS)) == STEPS
    for wrong in ("", "5", "5:0", "-1:3", "x:1"):
        with pytest.raises((ValueError, TypeError)):
            parse(wrong)


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
    assert read(["0.500;bell;12.5;200\n"]) == [Arrival(0.5, "bell", 12.5, "200")]


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


FAST, SLOW = Figures(100, 5, 20, 50, 0), Figures(100, 900, 2000, 3000, 0)
BROKEN = Figures(100, 5, 20, 50, 1)


@pytest.mark.parametrize(
    ("figures", "rate"),
    [([FAST, FAST], 10), ([FAST, SLOW], 5), ([FAST, BROKEN], 5), ([SLOW, FAST], None)],
)
def test_the_knee_is_the_last_rate_that_was_kept_up_with(
    figures: list[Figures], rate: float | None
) -> None:
    assert knee(STEPS, figures) == rate


def samples() -> list[Sample]:
    """A sample every ten seconds: half a core each, and 6 MB more a minute."""
    return [
        Sample(
            second,
            dict.fromkeys(GROUPS, 100_000_000 + second * 100_000),
            dict.fromkeys(GROUPS, second / 2),
        )
        for second in range(0, 110, 10)
    ]


def test_growth_and_cores_come_from_samples() -> None:
    assert growth(samples(), "gunicorn") == pytest.approx(6_000_000)
    assert cores(samples(), "worker", 20, 80) == pytest.approx(0.5)
    assert (growth([], "worker"), cores([], "worker", 0, 9)) == (0.0, 0.0)


def test_the_report_shows_all_of_it() -> None:
    done = arrivals(1, 2, 3) + arrivals(4000, 4000, start=70)
    report = Report.of(STEPS, done, samples(), warm_up=10)
    text = report.text()
    assert report.knee == 5
    assert "Kept up with: 5 arrivals a second." in text
    assert "gunicorn +5.72" in text
    assert "| 5          |      60 |" in text
