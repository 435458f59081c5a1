"""Run every test: on SQLite, PostgreSQL, in a browser, on the infrastructure, for `make test`.

What cannot run here is skipped aloud, and said again at the end. With REQUIRE_ALL=1 a skip is a
failure. Further arguments go to pytest: `python -m tests.run -k upload`.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from tests.infra import tools
from tests.postgres import temporary_server
from tests.programs import find_chromium, find_nginx, find_postgres

PYTEST = (sys.executable, "-m", "pytest", "-q")
PROCESSES = ("-n", os.environ.get("TEST_PROCESSES", "2"), "--dist", "worksteal")
# Each process has a site and a browser of its own; what a file shares stays together.
BROWSERS = ("-n", os.environ.get("TEST_PROCESSES", "2"), "--dist", "loadfile")
IN_PARALLEL = (*PROCESSES, "-m", "not browser and not infra")
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True)
class Outcome:
    name: str
    # None: skipped.
    passed: bool | None
    seconds: float
    remark: str = ""

    def __str__(self) -> str:
        word = {True: "passed", False: "FAILED", None: "SKIPPED"}[self.passed]
        return f"{self.name:<12} {word:<8} {self.seconds:6.1f} s  {self.remark}".rstrip()


def _pytest(*arguments: str, **environment: str) -> bool:
    variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    extra = sys.argv[1:]
    result = subprocess.run(
        [*PYTEST, *arguments, *extra], env=variables | environment, check=False
    ).returncode
    # A choice such as `-k upload` may leave a stage without tests.
    return result == 0 or (bool(extra) and result == NO_TESTS_COLLECTED)


def on_sqlite() -> tuple[bool | None, str]:
    # Coverage is judged on a whole run alone.
    coverage = () if sys.argv[1:] else ("--cov", "--cov-report=term")
    return _pytest(*IN_PARALLEL, *coverage), ""


def on_postgres() -> tuple[bool | None, str]:
    url = os.environ.get("DATABASE_URL", "")
    programs = find_postgres()
    with ExitStack() as stack:
        if url.startswith("postgres"):
            remark = "on the server of DATABASE_URL"
        elif programs:
            url = stack.enter_context(temporary_server(programs))
            remark = f"on a server of its own from {programs}"
        else:
            return None, "set DATABASE_URL=postgres://… or install postgresql"
        # All of it has run on SQLite: here, again, what has to do with databases.
        return _pytest(*IN_PARALLEL, DATABASE_URL=url, ONLY_WITH_DATABASE="1"), remark


def in_a_browser() -> tuple[bool | None, str]:
    """Run every browser test on the site as it is on AWS: each role a process of its own behind
    nginx, signed in to PostgreSQL as itself. Without those programs, on the one that `make run` is.
    """
    chromium = find_chromium()
    if not chromium:
        return None, "install chromium, or set CHROMIUM to the program"
    site = "parts" if find_nginx() and find_postgres() else "one"
    if site == "one" and os.environ.get("REQUIRE_ALL") == "1":
        return None, "install nginx and postgresql"
    only = (*BROWSERS, "-m", "browser", "tests/browser")
    return _pytest(*only, CHROMIUM=chromium, BROWSER_SITE=site), f"all of it, on {site}"


def in_a_browser_on_s3() -> tuple[bool | None, str]:
    chromium = find_chromium()
    if not chromium:
        return None, "install chromium, or set CHROMIUM to the program"
    remark = "what depends on the store, with a bucket that browsers talk to themselves"
    only = (*BROWSERS, "-m", "browser and stores", "tests/browser")
    return _pytest(*only, CHROMIUM=chromium, BROWSER_STORE="s3"), remark


def in_a_browser_on(site: str) -> tuple[bool | None, str]:
    """Run a newcomer's whole way on another site.

    Every browser test on it, of which this is a minute: `make test-browser SITE=…`.
    """
    chromium = find_chromium()
    if not chromium:
        return None, "install chromium, or set CHROMIUM to the program"
    variables = {"CHROMIUM": chromium, "BROWSER_SITE": site, "BIG_UPLOAD_BYTES": "12000000"}
    return _pytest("-m", "browser", "tests/browser/test_journey.py", **variables), "the journey"


def in_a_browser_on_one() -> tuple[bool | None, str]:
    return in_a_browser_on("one")


def in_a_browser_on_aws_local() -> tuple[bool | None, str]:
    return in_a_browser_on("aws-local")


def infrastructure() -> tuple[bool | None, str]:
    if tools.missing():
        return None, f"install {' and '.join(tools.missing())}"
    tools.install()
    return _pytest(*PROCESSES, "-m", "infra", "tests"), ""


def run(name: str, stage: Callable[[], tuple[bool | None, str]]) -> Outcome:
    print(f"\n=== {name} {'=' * (74 - len(name))}", flush=True)
    start = time.monotonic()
    passed, remark = stage()
    outcome = Outcome(name, passed, time.monotonic() - start, remark)
    if passed is None:
        print(f"SKIPPED: {remark}", flush=True)
    return outcome


def main() -> int:
    outcomes = [
        run("SQLite", on_sqlite),
        run("PostgreSQL", on_postgres),
        run("Browser", in_a_browser),
        run("Browser, S3", in_a_browser_on_s3),
        run("One process", in_a_browser_on_one),
        run("AWS, local", in_a_browser_on_aws_local),
        run("Infra", infrastructure),
    ]
    print(f"\n=== All together {'=' * 61}")
    print(*outcomes, sep="\n", flush=True)
    skipped = any(outcome.passed is None for outcome in outcomes)
    if skipped and os.environ.get("REQUIRE_ALL") == "1":
        print("REQUIRE_ALL=1: a skipped stage is a failure.", flush=True)
        return 1
    return 1 if any(outcome.passed is False for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
