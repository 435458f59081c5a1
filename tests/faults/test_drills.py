"""The drills of docs/operate/drills.md in short, one after the other on one site."""

import os
from pathlib import Path

import pytest

from devops360.tests.processes import manage
from practice.drills import records, report
from practice.drills.catalogue import DRILLS
from practice.drills.drill import run
from practice.drills.observe import Scrape, Signal, rules, worst
from practice.drills.page import page
from practice.drills.stack import MissingProgramError, running_stack
from tests.programs import find_postgres

ROOT = Path(__file__).resolve().parents[2]
RUNBOOK = (ROOT / "docs/operate/alerts.md").read_text()


# Where everything must be there that a drill needs.
IN_CI = os.environ.get("REQUIRE_ALL") == "1"
# Much like others: these would cost minutes of every run, and tell little more.
BY_HAND = {"database-restarted", "store-read-only"}


# One test: many would be shared out among processes, each with a site of its own.
def test_each_drill_goes_as_it_says_and_loses_nothing(tmp_path: Path) -> None:
    if find_postgres() is None and not IN_CI:
        pytest.skip("install postgresql")
    problems = {}
    with running_stack() as stack:
        for name, drill in DRILLS.items():
            if name in BY_HAND:
                continue
            try:
                outcome = run(drill, stack, seconds=drill.quick)
            except MissingProgramError as error:
                if IN_CI:
                    raise
                print(f"{name} was left out: {error}")
                continue
            print(report.text(outcome))
            records.keep(outcome, tmp_path)
            problems[name] = outcome.problems
    assert {name: found for name, found in problems.items() if found} == {}
    # Rung 12 of docs/practice looks at these.
    assert {record.drill: record.problems for record in records.kept(tmp_path)} == problems


def test_every_signal_is_of_a_rule_that_asks_for_it() -> None:
    known = rules()
    for drill in DRILLS.values():
        for signal in drill.signals:
            assert signal.metric in known[signal.alert]["expr"], signal
            assert f"## {signal.alert}\n" in RUNBOOK


def test_the_page_is_of_today() -> None:
    told = (ROOT / "docs/operate/drills.md").read_text()
    assert told == page(DRILLS.values()), "python -m practice.drills --page >docs/operate/drills.md"


def test_a_counter_that_begins_anew_has_not_shrunk() -> None:
    signal = Signal("SiteFails", "http_requests_total", "grows", ("status", "5"))
    scrapes = [
        Scrape("web", at, (("http_requests_total", {"status": status}, value),))
        for at, status, value in ((0, "503", 5.0), (1, "503", 7.0), (2, "503", 3.0))
    ]
    scrapes.insert(1, Scrape("web", 0.5, ()))
    assert worst(signal, scrapes) == 5.0
    well = ("http_requests_total", {"status": "200"}, 9.0)
    assert worst(signal, [Scrape("web", 0, (well,)), Scrape("web", 1, (well,))]) == 0


def test_the_command_lists_them(tmp_path: Path) -> None:
    said = manage("drill", "--list", state=tmp_path)
    assert said.returncode == 0, said.stderr
    assert [line.split()[0] for line in said.stdout.splitlines()] == list(DRILLS)
