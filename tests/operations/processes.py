"""The site's processes as a server runs them: gunicorn alone, a worker alone, no supervisor."""

import atexit
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from devops360.tests.processes import MAKE_TABLES, ROOT, environment, give_tables, manage

SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.05)


def get(url: str) -> tuple[int, str]:
    """Return status and text; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (urllib.error.URLError, ConnectionError):
        return 0, ""


@dataclass
class Web:
    url: str
    metrics_url: str
    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """Return what it said so far; fails on a line that is not JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


def prepared(place: Path, *, code: str = "", **variables: str) -> Path:
    """Make a database with all tables, and the folder of the store. Then run the `code` there."""
    if "DATABASE_URL" in variables:
        code = f"{MAKE_TABLES}; {code}"
    else:
        give_tables(place)
    if code:
        done = manage("shell", "-v0", "-c", code, state=place, **variables)
        assert done.returncode == 0, done.stderr
    (place / "media").mkdir()
    (place / "static").symlink_to(collected())
    return place


@cache
def collected() -> Path:
    """Return static files as `collectstatic` leaves them: once for all sites of this run."""
    place = Path(tempfile.mkdtemp(prefix="devops360-static-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    done = manage("collectstatic", "-v0", "--noinput", state=place)
    assert done.returncode == 0, done.stderr
    return place / "static"


@contextmanager
def running_web(place: Path, **variables: str) -> Iterator[Web]:
    """Run gunicorn as in production, with JSON lines, until the block ends."""
    port, metrics = free_port(), free_port()
    log = place / f"web-{port}.log"
    settings = {"PORT": str(port), "METRICS_PORT": str(metrics), "LOG_FORMAT": "json"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            cwd=ROOT,
            env=environment(place, **settings | variables),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    web = Web(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{metrics}", process, log)
    try:
        wait_until(lambda: get(f"{web.url}/livez")[0] == 200, "the site answers")
        yield web
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=SECONDS)
