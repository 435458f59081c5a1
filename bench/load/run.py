"""One run: locust is started for each part of it, and what it finds is written as it goes."""

import json
import os
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.load import figures
from bench.load.plan import Plan, Step, written
from bench.load.report import Part, Report
from bench.load.watch import Watch
from bench.servers import VENV
from tests.browser.site import ROOT

LOCUST = VENV / "bin" / "locust"
# Until locust is up; and after the last arrival, until what is under way has been answered.
WARM_UP, DRAIN = 15, 15
# Of the knee. At the knee itself a step is held and not an hour: folders fill, pages of them grow,
# and a queue that arrivals make by chance has nothing left to be worked off with.
SOAKS = {"Half load": 0.5, "Full load": 0.8}
# So often what there is so far is written.
WRITE_SECONDS = 15
# What was there before is worked off first: so many answers in a row, each within so many seconds,
RESTED_ANSWERS, RESTED_WITHIN, REST_SECONDS = 10, 0.1, 300
# and for so many seconds less than so much of a core.
IDLE_SECONDS, IDLE_CORES = 15.0, 0.1
# Of a step: so long after its end nearly all that arrived in it is answered, or was too slow.
ANSWERED_AFTER = 3


@dataclass
class Run:
    """`folder` gets report.md, report.json and the arrivals of each part."""

    host: str
    people: Path
    folder: Path
    watch: Watch
    report: Report

    def follow(self, plan: Plan) -> None:
        """Do all of the plan. However it ends: what there is is written."""
        try:
            if plan.asked:
                self._part("As asked", plan.asked)
            else:
                self._search_and_soak(plan)
        except BaseException:
            self.report.state = "broken off"
            raise
        else:
            self.report.state = "whole"
        finally:
            self._write()

    def _wait_until_rested(self) -> None:
        """Wait for the queue of requests, and for the worker: at first, new people's pictures."""
        wait_until_rested(self.host)
        wait_until_idle(self.watch, "worker")

    def _search_and_soak(self, plan: Plan) -> None:
        knee = self._part("Knee", plan.search, is_search=True).knee or min(plan.rates)
        for name, share in SOAKS.items():
            self._part(name, [Step(knee * share, plan.soak)])

    def _part(self, name: str, steps: Sequence[Step], *, is_search: bool = False) -> Part:
        """Have the steps' arrivals arrive. A search ends where two rates in a row were too much."""
        self._wait_until_rested()
        out = self.folder / f"{name.lower().replace(' ', '-')}.csv"
        begin = self.watch.second + WARM_UP
        print(f"{time.strftime('%H:%M:%S')} {name}: {written(steps)}", flush=True)
        locust = self._start(steps, out)
        try:
            while not _has_ended(locust):
                self._note(name, steps, out, begin)
                over = _over(steps, self.watch.second - begin)
                if is_search and figures.is_past_knee(figures.by_step(_arrivals(out), over)):
                    break
        finally:
            _stop(locust)
            part = self._note(name, steps, out, begin)
        if not part.steps:
            said = (self.folder / "locust.log").read_text()[-3000:]
            raise RuntimeError(f"Nothing arrived; locust ended with {locust.returncode}:\n{said}")
        return part

    def _note(self, name: str, steps: Sequence[Step], out: Path, begin: float) -> Part:
        part = Part.of(name, steps, _arrivals(out), self.watch.samples, begin)
        self.report.parts[name] = part
        self._write()
        return part

    def _write(self) -> None:
        (self.folder / "report.md").write_text(self.report.text())
        (self.folder / "report.json").write_text(json.dumps(asdict(self.report), indent=1))

    def _start(self, steps: Sequence[Step], out: Path) -> "subprocess.Popen[bytes]":
        people = len(json.loads(self.people.read_text()))
        seconds = WARM_UP + sum(step.seconds for step in steps) + DRAIN
        words = [str(LOCUST), "-f", "bench/load/locustfile.py", "--headless", "--only-summary"]
        words += ["-u", str(people), "-r", str(people), "-t", f"{seconds:.0f}s"]
        environment = os.environ | {
            "LOAD_HOST": self.host,
            "LOAD_PEOPLE": str(self.people),
            "LOAD_PLAN": written(steps),
            "LOAD_START": str(time.time() + WARM_UP),
            "LOAD_OUT": str(out),
            "PYTHONPATH": str(ROOT),
        }
        with (self.folder / "locust.log").open("ab") as log:
            return subprocess.Popen(words, cwd=ROOT, env=environment, stdout=log, stderr=log)


def wait_until_rested(host: str, *, pause: float = 0.5, seconds: float = REST_SECONDS) -> None:
    """Wait until nothing is queued. Raises RuntimeError where that takes too long."""
    deadline, quick = time.monotonic() + seconds, 0
    while quick < RESTED_ANSWERS:
        asked = time.monotonic()
        if asked > deadline:
            raise RuntimeError("The site does not come to rest.")
        with urllib.request.urlopen(f"{host}/livez", timeout=seconds) as answer:
            answer.read()
        quick = quick + 1 if time.monotonic() - asked < RESTED_WITHIN else 0
        time.sleep(pause)


def wait_until_idle(watch: Watch, group: str, *, seconds: float = REST_SECONDS) -> None:
    """Wait until the processes have next to nothing to do. Raises RuntimeError."""
    begin = watch.second
    while True:
        time.sleep(watch.every)
        now = watch.second
        waited = now - begin
        taken = figures.cores(watch.samples, group, now - IDLE_SECONDS, now)
        if waited >= IDLE_SECONDS and taken < IDLE_CORES:
            return
        if waited > seconds:
            raise RuntimeError(f"The {group} does not come to rest: {taken:.2f} cores.")


def _has_ended(locust: "subprocess.Popen[bytes]") -> bool:
    """Wait for it a while."""
    try:
        locust.wait(timeout=WRITE_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _stop(locust: "subprocess.Popen[bytes]") -> None:
    """End it: it writes down what is unanswered yet."""
    locust.terminate()
    try:
        locust.wait(timeout=30)
    except subprocess.TimeoutExpired:
        locust.kill()
        locust.wait()


def _over(steps: Sequence[Step], second: float) -> list[Step]:
    """Return the steps that were over by this second of the part, and answered."""
    ended, over = 0.0, []
    for step in steps:
        ended += step.seconds
        if ended + ANSWERED_AFTER <= second:
            over.append(step)
    return over


def _arrivals(out: Path) -> list[figures.Arrival]:
    if not out.exists():
        return []
    with out.open() as lines:
        return figures.read(lines)
