"""`python -m bench.costs`: what each kind of request costs, on PostgreSQL.

Under the site's settings, in a database of its own that is thrown away. Each is asked BENCH_TIMES
times of the WSGI application in this process. Prints the median processor time of Python
(`time.process_time`: others on the machine do not count), the statements and their part of the
processor in PostgreSQL (`/proc`), and the bytes of the answer. docs/scaling.md calculates with it.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.load.plan import MIX
from bench.processes import TICKS, Tree
from bench.report import table
from bench.within import is_within, run_on_postgres
from tests.browser.site import ROOT
from tests.programs import find_postgres

TIMES = int(os.environ.get("BENCH_TIMES", "200"))
BODY = os.urandom(50_000)


def main() -> None:
    programs = find_postgres()
    if programs is None:
        sys.exit("Needs PostgreSQL: apt install postgresql")
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var", prefix="costs-") as place:
        run_on_postgres("bench.costs", programs, Path(place))


if __name__ == "__main__" and not is_within():
    main()
    sys.exit()

import django  # noqa: E402  (only where the database is known)

django.setup()

from uuid import UUID  # noqa: E402

from django.core.management import call_command  # noqa: E402  (after setup)
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from bench.stage import make_folder  # noqa: E402
from tests.browser.backstage import make_person  # noqa: E402


class Visitor:
    """Somebody with a folder of a hundred files and one of their own."""

    def __init__(self) -> None:
        self.person = make_person()
        self.client = Client(HTTP_HOST="localhost", HTTP_USER_AGENT="Mozilla/5.0 Chrome/150.0")
        self.client.cookies["sessionid"] = self.person["session"]
        self.folder = make_folder(UUID(self.person["root"]), "Folder", 100)
        self.number = 0
        self.file = json.loads(self._upload().content)["id"]

    def ask(self, what: str) -> Any:
        """Do one of MIX. Raises RuntimeError where the site refused."""
        answer = self._ask(what)
        if answer.status_code not in {200, 201, 302}:
            raise RuntimeError(f"{what}: {answer.status_code}")
        return answer

    def _ask(self, what: str) -> Any:
        addresses = {
            "list a folder": f"/files/folder/{self.folder}/",
            "bell": "/notifications/bell/",
            "page of a file": f"/files/{self.file}/",
            # There is no picture in this place: the file itself costs the same to look up.
            "thumbnail": f"/files/{self.file}/download/",
            "download": f"/files/{self.file}/download/",
            "search": "/files/search/?q=entry",
            "notifications": "/notifications/",
        }
        if what == "small upload":
            return self._upload()
        if what == "sign in":
            return self._sign_in()
        return self.client.get(addresses[what])

    def _upload(self) -> Any:
        self.number += 1
        path = f"/files/folder/{self.person['root']}/upload/?path={self.number}.bin&conflict=ask"
        body = os.urandom(16) + BODY[16:]
        kind = "application/octet-stream"
        return self.client.put(path, body, kind, HTTP_ACCEPT="application/json")

    def _sign_in(self) -> Any:
        self.number += 1
        # Each from an address of its own: the site limits how often one may sign in.
        address = f"10.2.{self.number // 250}.{self.number % 250 + 1}"
        stranger = Client(HTTP_HOST="localhost", REMOTE_ADDR=address)
        data = {"login": self.person["email"], "password": self.person["password"]}
        return stranger.post("/account/login/", data)


class Counter:
    """Counts statements: Django's "database instrumentation"."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.asked += 1
        return execute(*arguments)


def measure(visitor: Visitor, what: str, backend: Tree) -> list[str]:
    times = max(5, TIMES // 20) if what == "sign in" else TIMES
    size = _length(visitor.ask(what))
    statements = Counter()
    with connection.execute_wrapper(statements):
        _length(visitor.ask(what))
    spent, before = [], backend.ticks()
    for _ in range(times):
        begun = time.process_time()
        _length(visitor.ask(what))
        spent.append(time.process_time() - begun)
    database = (backend.ticks() - before) / TICKS / times
    return [
        what,
        f"{statistics.median(spent) * 1000:.1f}",
        str(statements.asked),
        f"{database * 1000:.1f}",
        f"{size:,}",
    ]


def _length(answer: Any) -> int:
    """Read an answer to its end."""
    parts = answer.streaming_content if answer.streaming else [answer.content]
    length = sum(len(part) for part in parts)
    answer.close()
    return length


def measure_all() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    visitor = Visitor()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = Tree(cursor.fetchone()[0])
    head = ["what", "Python, ms", "statements", "PostgreSQL, ms", "bytes"]
    rows = [measure(visitor, what, backend) for what in MIX]
    print(table(head, rows))
    shares = [MIX[row[0]] / 100 for row in rows]
    for column, name in ((1, "Python"), (3, "PostgreSQL")):
        mean = sum(share * float(row[column]) for share, row in zip(shares, rows, strict=True))
        print(f"An arrival of the mix, {name}: {mean:.1f} ms of a core.")


if __name__ == "__main__":
    measure_all()
