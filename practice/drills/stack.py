"""A site of its own for drills: real processes in a temporary place, and nobody's data."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from devops360.tests.processes import ROOT, environment
from notifications.tests.smtp import Mailbox, mail_server
from tests.operations.processes import free_port, get, wait_until
from tests.postgres import DURABLE, Server, own_server
from tests.programs import find_postgres

NAME = "devops360"
# Somebody whom the database asks for a password.
ROTATED = "rotated"
SECONDS_TO_STOP = 60
# Of a part of an upload: the smallest that there is.
PART = 5 * 1024**2
# Small, so that what runs out does so with a few clients.
SIZES = {
    "WEB_PROCESSES": "2",
    "WEB_THREADS": "8",
    "DATABASE_POOL": "3",
    "FILES_PART_SIZE": str(PART),
}


# What is run through it has a disk and a clock that drills can trouble.
TROUBLE = ("-m", "practice.drills.trouble")


class MissingProgramError(Exception):
    """The message says what to install."""


@dataclass(frozen=True)
class People:
    """Whoever uploads and shares, and a friend who is told."""

    token: str
    session: str
    root: str
    friend: str


@dataclass
class Process:
    """One of the site's processes. Whoever kills it starts it again: there is no supervisor."""

    name: str
    words: tuple[str, ...]
    place: Path
    variables: dict[str, str]
    metrics_port: int
    starts: int = 0
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        return self.place / f"{self.name}.log"

    @property
    def metrics_url(self) -> str:
        return f"http://127.0.0.1:{self.metrics_port}/metrics"

    def start(self) -> None:
        self.starts += 1
        variables = dict(self.variables)
        if "METRICS_PORT" in variables:
            # A new one for each life, as a container has it.
            counted = self.place / f"metrics-{self.name}-{self.starts}"
            counted.mkdir()
            variables["PROMETHEUS_MULTIPROC_DIR"] = str(counted)
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(
                [sys.executable, *TROUBLE, str(self.place), self.name, *self.words],
                cwd=ROOT,
                env=environment(self.place, **variables),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        return self.running is None or self.running.poll() is not None

    def kill(self) -> None:
        """`kill -9` of it and of all that it started."""
        if self.running is not None:
            if self.running.poll() is None:
                os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(timeout=SECONDS_TO_STOP)

    def stop(self) -> None:
        """Ask it to end, as a deploy does."""
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            self.running.wait(timeout=SECONDS_TO_STOP)


@dataclass
class Stack:
    """Everything that a drill may break."""

    place: Path
    database: Server
    # Where a drill may put the database that takes over; each connection tries both.
    standby: Path
    mailbox: Mailbox
    web: Process
    worker: Process
    port: int
    # Where people come in: the site itself, or what a drill has put before it.
    front: int
    people: People
    # Ended with the stack, in the opposite order: what drills start beside it.
    ending: ExitStack = field(default_factory=ExitStack)
    # Of it: what later drills may use, too.
    beside: dict[str, Any] = field(default_factory=dict)
    # What a drill itself finds wrong, in words.
    findings: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def processes(self) -> tuple[Process, Process]:
        return self.web, self.worker

    def wait_until_up(self) -> None:
        wait_until(lambda: get(f"{self.url}/livez")[0] == 200, "the site answers")
        wait_until(lambda: get(self.worker.metrics_url)[0] == 200, "the worker runs")

    def need(self, **variables: str) -> None:
        """Have site and worker run with these variables: started again where they do not yet."""
        asked = variables.items()
        if all(asked <= process.variables.items() for process in self.processes):
            return
        for process in self.processes:
            process.stop()
            process.variables.update(variables)
            process.start()
        self.wait_until_up()

    @contextmanager
    def troubled(self, what: str, how: str) -> Iterator[None]:
        """Trouble the disk or a process's clock, as practice.drills.trouble says."""
        file = self.place / what
        file.write_text(how)
        try:
            yield
        finally:
            file.unlink()

    def execute(self, statement: str) -> list[Any]:
        """Ask the database; return the rows of the last statement, if it has any."""
        with psycopg.connect(self.database.url(name=NAME), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            while cursor.nextset():
                pass
            return cursor.fetchall() if cursor.description else []


def database_url(folders: tuple[Path, ...]) -> str:
    hosts = quote(",".join(str(folder) for folder in folders), safe="")
    return f"postgres://{NAME}@/{NAME}?host={hosts}&target_session_attrs=read-write"


def manage_all(place: Path, variables: Mapping[str, str], *commands: tuple[str, ...]) -> str:
    """Run several programs at the same time; return what the last one said."""
    running = [
        subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=environment(place, **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in commands
    ]
    said = ""
    for process in running:
        said, complaints = process.communicate(timeout=300)
        if process.returncode:
            raise RuntimeError(f"{process.args!r} failed:\n{complaints[-2000:]}")
    return said


def _prepare(place: Path, variables: Mapping[str, str]) -> People:
    (place / "media").mkdir()
    manage_all(
        place,
        variables,
        ("manage.py", "collectstatic", "-v0", "--noinput"),
        ("manage.py", "migrate", "-v0"),
    )
    manage_all(place, variables, ("manage.py", "createcachetable", "-v0"))
    said = manage_all(place, variables, ("-m", "practice.drills.people"))
    return People(**json.loads(said.splitlines()[-1]))


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Run database, mail server, site and worker; leave nothing behind. Takes about 15 s."""
    programs = find_postgres()
    if programs is None:
        raise MissingProgramError("Drills need PostgreSQL's programs: apt install postgresql.")
    place = Path(tempfile.mkdtemp(prefix="devops360-drill-"))
    try:
        with own_server(programs, DURABLE) as database, mail_server() as mailbox:
            yield from _running(place, database, mailbox)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _running(place: Path, database: Server, mailbox: Mailbox) -> Iterator[Stack]:
    rules = database.data / "pg_hba.conf"
    rules.write_text(f"local all {ROTATED} scram-sha-256\n" + rules.read_text())
    database.execute("SELECT pg_reload_conf()")
    database.execute(f"CREATE ROLE {ROTATED} LOGIN SUPERUSER")
    database.execute(f"CREATE DATABASE {NAME}")
    standby = Path(tempfile.mkdtemp(prefix="devops360-pg-"))
    port, of_web, of_worker = free_port(), free_port(), free_port()
    variables = SIZES | {
        "DATABASE_URL": database_url((database.folder, standby)),
        "EMAIL_URL": mailbox.url,
        "PORT": str(port),
        "LOG_FORMAT": "json",
        "DJANGO_SETTINGS_MODULE": "devops360.settings",
    }
    people = _prepare(place, variables)
    web = Process(
        "web", ("-m", "gunicorn"), place, variables | {"METRICS_PORT": str(of_web)}, of_web
    )
    worker = Process(
        "worker",
        ("manage.py", "worker"),
        place,
        variables | {"WORKER_METRICS_PORT": str(of_worker)},
        of_worker,
    )
    stack = Stack(place, database, standby, mailbox, web, worker, port, port, people)
    with stack.ending as ending:
        ending.callback(shutil.rmtree, standby, ignore_errors=True)
        for process in stack.processes:
            ending.callback(process.kill)
            process.start()
        stack.wait_until_up()
        yield stack


def pause(seconds: float) -> None:
    """Let time pass: what a drill has broken stays so meanwhile."""
    time.sleep(seconds)
