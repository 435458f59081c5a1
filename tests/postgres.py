"""A PostgreSQL server of its own for one test run, in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

START_SECONDS = 30
ADMINISTRATOR = "devops360"
# Nothing here needs to survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
# Whoever breaks the server on purpose wants to find afterwards what it had acknowledged.
DURABLE = ("max_connections=200",)


def _unprivileged() -> str | None:
    """Return whom to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@dataclass
class Server:
    """One cluster on a Unix socket, which may be stopped, killed and started again."""

    programs: Path
    folder: Path
    options: Sequence[str] = FAST
    user: str | None = field(default_factory=_unprivileged)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def url(self, *, name: str = "devops360", login: str = ADMINISTRATOR) -> str:
        """Return the DATABASE_URL of one of its databases; `login` may be `user:password`."""
        return f"postgres://{login}@/{name}?host={quote(str(self.folder), safe='')}"

    def take_folder(self) -> None:
        if self.user:
            shutil.chown(self.folder, self.user)

    def make(self, locale: str) -> None:
        self.run(
            "initdb", "-D", self.data, "-U", ADMINISTRATOR, "-A", "trust", "-E", "UTF8",
            f"--locale={locale}", "--no-sync",
        )  # fmt: skip

    def run(self, program: str, *words: str | Path) -> None:
        """Run one of PostgreSQL's programs as the server's own user, to its end."""
        subprocess.run(
            [self.programs / program, *words],
            check=True,
            stdout=subprocess.DEVNULL,
            user=self.user,
            cwd=self.folder,
        )

    def start(self) -> None:
        words = [word for option in (*self.options, "listen_addresses=") for word in ("-c", option)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-k", self.folder, *words],
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
                cwd=self.folder,
            )
        self._wait_until_ready(self.process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        program = str(self.programs / "pg_isready")
        ready = [program, "-q", "-h", str(self.folder), "-U", ADMINISTRATOR]
        while subprocess.run(ready, check=False).returncode != 0:
            if process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"PostgreSQL did not start:\n{said}")
            time.sleep(0.1)

    def make_standby_of(self, primary: "Server") -> None:
        """Copy a running server, to follow it from now on (PostgreSQL manual, 26.2)."""
        self.run("pg_basebackup", "-h", primary.folder, "-U", ADMINISTRATOR, "-D", self.data, "-R")

    def promote(self) -> None:
        """Have a standby take over."""
        self.run("pg_ctl", "promote", "-w", "-s", "-D", self.data)

    def stop(self) -> None:
        """Stop it, the "fast" way: sessions are cut, nobody is waited for."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=START_SECONDS)

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut does: the next start recovers."""
        if self.process is None:
            return
        children = ["ps", "-o", "pid=", "--ppid", str(self.process.pid)]
        found = subprocess.run(children, capture_output=True, text=True, check=False).stdout
        for pid in [self.process.pid, *map(int, found.split())]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=START_SECONDS)

    def execute(self, statement: str, *, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name=name), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def own_server(
    programs: Path, options: Sequence[str] = FAST, *, locale: str = "C"
) -> Iterator[Server]:
    """Run PostgreSQL on a Unix socket alone, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="devops360-pg-"))
    server = Server(programs, folder, options)
    server.take_folder()
    server.make(locale)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_server(
    programs: Path, options: Sequence[str] = FAST, *, locale: str = "C"
) -> Iterator[str]:
    """Run PostgreSQL on a Unix socket alone, yield its DATABASE_URL, and leave nothing behind."""
    with own_server(programs, options, locale=locale) as server:
        yield server.url()
