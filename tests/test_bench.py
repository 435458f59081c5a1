"""The bench itself: that it still runs, on every server. What it measures here means nothing."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.__main__ import STARTERS, run
from bench.chart import draw
from bench.goals import Goal, Verdict, judge
from bench.memory import Memory
from bench.outbox import OutboxSpeed
from bench.report import Results, tables, write
from bench.sizes import MEBI, QUICK
from bench.sources import Sources
from bench.work import everything

TINY = replace(
    QUICK,
    rounds=1,
    large=2 * MEBI,
    parts=3 * MEBI,
    small_files=9,
    folders=(2, 3, 4),
    huge=3 * MEBI,
    deliveries=20,
    outbox=("smtp",),
)


def test_every_work_is_done_by_every_server_that_can(tmp_path: Path) -> None:
    # PostgreSQL is left to the bench: here it would only be a second slow start.
    results = run(TINY, tmp_path, on=[name for name in STARTERS if name != "postgresql"])
    for work in everything(TINY, Sources(tmp_path)):
        measured = results.speeds.get(work.name, {})
        if "DevOps360" in work.servers:
            assert "DevOps360 on SQLite" in measured
        if "plain" in work.servers:
            assert "plain WSGI loop" in measured
        assert all(speed > 0 for turns in measured.values() for speed in turns)
    assert {memory.server for memory in results.memory} >= {"DevOps360 on SQLite"}
    assert [speed.work for speed in results.outbox] == list(TINY.outbox)
    assert all(speed.rate > 0 for speed in results.outbox)


def made_up() -> Results:
    results = Results(TINY, skipped=["nginx: not here"])
    for server, speed in {"DevOps360 on SQLite": 30.0, "copyparty": 10.0}.items():
        for factor in (1, 100, 2):
            results.add("large upload", "MiB", server, speed * factor)
    results.memory = [Memory("DevOps360 on SQLite", 100.0, 200.0, 21.0)]
    results.outbox = [OutboxSpeed("mail", 500, 2.0, 3.5), OutboxSpeed("words", 9000, 2.0, 0.4)]
    return results


def test_medians_are_compared_with_goals() -> None:
    results = made_up()
    assert results.medians["large upload"] == {"DevOps360 on SQLite": 60.0, "copyparty": 20.0}
    verdict = results.verdicts[0]
    assert (verdict.goal.peer, verdict.ratio, verdict.reached) == ("copyparty", 3.0, True)


def test_a_goal_that_was_not_measured_is_neither_reached_nor_missed() -> None:
    assert {verdict.reached for verdict in judge({})} == {None}


def test_a_goal_may_compare_our_own_work() -> None:
    speeds = {"listing of very many": {"DevOps360 on SQLite": 5.0}}
    speeds["listing of few"] = {"DevOps360 on SQLite": 4.0}
    ratios = {verdict.goal.peer: verdict.ratio for verdict in judge(speeds) if verdict.ratio}
    assert ratios == {"DevOps360": 1.25}


def test_the_report_tells_what_was_missed_and_what_was_skipped(tmp_path: Path) -> None:
    results = made_up()
    text = tables(results)
    assert "SKIPPED: nginx: not here" in text
    assert "21.0 (missed)" in text
    assert re.search(r"\| mail +\| +250 \(missed\) +\| +3.50 +\| +1,000 \|", text)
    assert re.search(r"\| words +\| +4,500 +\|", text)
    assert "| large upload / copyparty " in text
    write(results, tmp_path / "out", draw(results.verdicts))
    kept = json.loads((tmp_path / "out/results.json").read_text())
    assert kept["speeds"]["large upload"]["copyparty"] == [10.0, 1000.0, 20.0]
    assert (tmp_path / "out/results.md").read_text() == text


@pytest.mark.parametrize("ratio", [0.1, 1.0, 500.0])
def test_the_picture_stays_within_its_frame(ratio: float) -> None:
    verdict = Verdict(Goal("large upload", "copyparty", 2.0), "DevOps360 on SQLite", ratio)
    picture = draw([verdict, Verdict(verdict.goal, "DevOps360 on PostgreSQL", None)])
    widths = [float(part.partition('"')[0]) for part in picture.split('width="')[1:]]
    assert max(widths) <= 880
    assert f">{ratio:.2f}<" in picture
