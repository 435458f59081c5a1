"""Find the knee, or hold a rate: `python -m bench.load`, with PostgreSQL, gunicorn and the worker.

    make bench-load                       # steps until the site falls behind
    make bench-load LOAD=12:1200          # twelve arrivals in a second for twenty minutes
    make bench-load LOAD=5:10,10:10       # steps of one's own

Writes var/bench/load-….{json,md} and prints it.
"""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from bench.load import figures
from bench.load.plan import PEOPLE, Step, parse, written
from bench.load.report import Report
from bench.load.watch import Watch
from bench.processes import Tree
from bench.servers import PROCESSES, THREADS, VENV, MissingError, session_headers
from bench.wire import Line, Piece
from tests.browser.site import ROOT, Person, Site, running_site
from tests.postgres import temporary_server
from tests.programs import find_postgres

# Each a minute; a quarter more than the one before.
KNEE = ",".join(f"{rate}:60" for rate in (5, 8, 10, 13, 16, 20, 25, 31, 39))
FILES = ("photo.jpg", "report.txt", "notes.md", "photo b3.jpg", "plan.txt")
SIGN_INS_A_SECOND = 2
WARM_UP = PEOPLE / SIGN_INS_A_SECOND + 10


def main() -> None:
    steps = parse(os.environ.get("LOAD") or KNEE)
    locust = VENV / "bin" / "locust"
    programs = find_postgres()
    if not locust.exists() or programs is None:
        raise MissingError("run `make bench-load`, which installs locust; PostgreSQL is needed too")
    (ROOT / "var").mkdir(exist_ok=True)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / "var")))
        url = stack.enter_context(temporary_server(programs, options=("max_connections=200",)))
        site = stack.enter_context(
            _site(place / "site", url.replace("@/devops360?", "@/postgres?"))
        )
        report = _run(site, place, steps, locust)
    text = report.text()
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"load-{time.strftime('%Y%m%d-%H%M%S')}"
    (folder / f"{stem}.md").write_text(text)
    (folder / f"{stem}.json").write_text(json.dumps(asdict(report), indent=1))
    print(f"{text}\nWritten to var/bench/{stem}.md")


def _site(place: Path, database: str) -> AbstractContextManager[Site]:
    place.mkdir()
    return running_site(
        place,
        DATABASE_URL=database,
        WEB_PROCESSES=str(PROCESSES),
        WEB_THREADS=str(THREADS),
        # Everybody comes from an address of their own: limits count by address.
        TRUSTED_PROXIES="1",
    )


def _run(site: Site, place: Path, steps: Sequence[Step], locust: Path) -> Report:
    people = place / "people.json"
    people.write_text(json.dumps([_settle(site, place, number) for number in range(PEOPLE)]))
    out = place / "arrivals.csv"
    environment = os.environ | {
        "LOAD_HOST": site.url,
        "LOAD_PEOPLE": str(people),
        "LOAD_PLAN": written(steps),
        "LOAD_WARM_UP": str(WARM_UP),
        "LOAD_OUT": str(out),
        "PYTHONPATH": str(ROOT),
    }
    seconds = sum(step.seconds for step in steps)
    words = [str(locust), "-f", "bench/load/locustfile.py", "--headless", "--only-summary"]
    words += [
        "-u",
        str(PEOPLE),
        "-r",
        str(SIGN_INS_A_SECOND),
        "-t",
        f"{WARM_UP + seconds + 5:.0f}s",
    ]
    groups = {
        "gunicorn": Tree(site.server.pid, "gunicorn"),
        "worker": Tree(site.server.pid, "worker"),
        "PostgreSQL": Tree(os.getpid(), "postgres"),
        "locust": Tree(os.getpid(), "locust"),
    }
    with Watch(groups) as watch:
        done = subprocess.run(
            words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    arrivals = figures.read(out.read_text().splitlines()) if out.exists() else []
    if len(arrivals) < len(steps) * 2:
        raise RuntimeError(f"locust did not run:\n{done.stderr[-3000:]}")
    return Report.of(steps, arrivals, watch.samples, WARM_UP)


def _settle(site: Site, place: Path, number: int) -> dict[str, object]:
    """Make a person with a few files."""
    person = site.make_person()
    kept = {name: _upload(site, person, place, name) for name in FILES}
    return {
        "login": person.email,
        "password": person.password,
        "root": person.root,
        "address": f"10.1.{number // 250}.{number % 250 + 1}",
        "files": [*kept.values()],
        "picture": kept["photo.jpg"],
    }


def _upload(site: Site, person: Person, place: Path, name: str) -> str:
    file = _content(place, name)
    with Line(site.url.removeprefix("http://"), session_headers(person)) as line:
        path = f"/files/folder/{person.root}/upload/?path={quote(name)}&conflict=ask"
        answer = json.loads(line.ask("PUT", path, body=Piece.whole(file), expect=201))
    return str(answer["id"])


def _content(place: Path, name: str) -> Path:
    path = place / name
    if not path.exists() and path.suffix == ".jpg":
        from PIL import Image  # noqa: PLC0415  (only here, and heavy)

        Image.effect_noise((1600, 1200), 40).convert("RGB").save(path)
    elif not path.exists():
        path.write_text("What was agreed, and by whom.\n" * 400)
    return path


if __name__ == "__main__":
    main()
