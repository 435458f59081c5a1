"""Find the knee and hold rates: `python -m bench.load`, with PostgreSQL, gunicorn and the worker.

    make bench-load                            # knee, then 20 minutes at half and at full load
    make bench-load LOAD=12:1200               # twelve arrivals in a second for twenty minutes
    make bench-load LOAD_STEP=10 LOAD_SOAK=60  # all of it, in short: a smoke test

LOAD_RATES are the rates of the search. What is found is written into var/bench/load-…/report.md
every few seconds: a run that is broken off leaves its figures.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.load.people import settle_all
from bench.load.plan import Plan
from bench.load.report import Report
from bench.load.run import LOCUST, Run
from bench.load.watch import Watch
from bench.processes import Tree
from bench.servers import PROCESSES, THREADS, MissingError
from tests.browser.site import ROOT, Site, running_site
from tests.postgres import DURABLE, temporary_server
from tests.programs import find_postgres


def main() -> None:
    plan = Plan.of(os.environ)
    # As Ctrl-C: the site and the database that were started are stopped.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit("Asked to end."))
    title = f"Load, {time.strftime('%Y-%m-%d %H:%M')}"
    folder = ROOT / "var" / "bench" / time.strftime("load-%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    with _site() as (place, site), Watch(_groups(site)) as watch:
        run = Run(site.url, settle_all(site, place), folder, watch, Report(title))
        run.follow(plan)
        print(f"{run.report.text()}\nWritten to {folder.relative_to(ROOT)}/report.md", flush=True)


def _groups(site: Site) -> dict[str, Tree]:
    return {
        "gunicorn": Tree(site.server.pid, "gunicorn"),
        "worker": Tree(site.server.pid, "worker"),
        "PostgreSQL": Tree(os.getpid(), "postgres"),
        "locust": Tree(os.getpid(), "locust"),
    }


@contextmanager
def _site() -> Iterator[tuple[Path, Site]]:
    """Run PostgreSQL, as durable as in production, and the site, in a temporary place."""
    programs = find_postgres()
    if not LOCUST.exists() or programs is None:
        raise MissingError("run `make bench-load`, which installs locust; PostgreSQL is needed too")
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / "var")))
        (place / "site").mkdir()
        url = stack.enter_context(temporary_server(programs, options=DURABLE))
        site = running_site(
            place / "site",
            DATABASE_URL=url.replace("@/devops360?", "@/postgres?"),
            WEB_PROCESSES=str(PROCESSES),
            WEB_THREADS=str(THREADS),
            # Everybody comes from an address of their own: limits count by address.
            TRUSTED_PROXIES="1",
        )
        yield place, stack.enter_context(site)


if __name__ == "__main__":
    main()
