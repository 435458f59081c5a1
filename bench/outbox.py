"""How many notifications a second two workers send, on PostgreSQL: `python -m bench.outbox`.

`words`: the outbox alone, to a receiver that throws away what it gets. `mail`: with each mail
composed in text and HTML, and thrown away. Beside the rate stands the CPU time that one delivery
costs a worker, which a busy machine changes least. BENCH_DELIVERIES=20000: more of them.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import psycopg

from tests.postgres import temporary_server
from tests.programs import find_postgres

COUNT = int(os.environ.get("BENCH_DELIVERIES", "5000"))
WORKERS = 2
ROOT = Path(__file__).resolve().parents[1]
# As a server has it: what is marked is on the disk.
DURABLE = ("max_connections=100",)
WORK = ("words", "mail")


@contextmanager
def database() -> Iterator[str]:
    programs = find_postgres()
    if programs is None:
        sys.exit("Install postgresql.")
    with temporary_server(programs, DURABLE) as url:
        host = unquote(url.partition("?host=")[2])
        with psycopg.connect(
            host=host, user="devops360", dbname="postgres", autocommit=True
        ) as own:
            own.execute("CREATE DATABASE devops360")
        yield url


def start(step: str, url: str, place: str) -> subprocess.Popen[str]:
    variables = {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "devops360.settings",
        "EMAIL_URL": "memory:",
        "LOG_LEVEL": "ERROR",
        "STATE_DIR": place,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bench.outbox_worker", step, str(COUNT)],
        cwd=ROOT,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        text=True,
    )


def measure(work: str) -> str:
    """Return a line about one kind of work."""
    with database() as url, tempfile.TemporaryDirectory() as place:
        if start("prepare", url, place).wait() != 0:
            sys.exit("The database could not be prepared.")
        began = time.monotonic()
        workers = [start(work, url, place) for _ in range(WORKERS)]
        said = [worker.communicate()[0].split() for worker in workers]
        wall = time.monotonic() - began
    sent = sum(int(words[0]) for words in said)
    # Without the start of Python and Django, which each worker takes off.
    seconds = max(float(words[1]) for words in said)
    cpu = sum(float(words[2]) for words in said) / sent * 1000
    return (
        f"{work:<6} {sent} sent in {seconds:.1f} s: {sent / seconds:.0f} a second by {WORKERS} "
        f"workers, {cpu:.2f} ms of CPU each ({wall:.1f} s with their start)"
    )


if __name__ == "__main__":
    for work in WORK:
        print(measure(work), flush=True)
