"""The real site for browser tests: what `make run` runs, in a temporary place."""

import email
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import policy
from pathlib import Path
from typing import Any

from tests.browser import traces_in_logs
from tests.postgres import own_server
from tests.programs import find_postgres

ROOT = Path(__file__).resolve().parents[2]
# A busy machine starts four parts, a worker and nginx in more than a minute.
START_SECONDS = 180
# What the tests run on. Each greets as `make run` does, and stops at Ctrl-C.
KIND = os.environ.get("BROWSER_SITE", "one")
COMMANDS = {
    "one": ("manage.py", "run_local"),
    "parts": ("-m", "tests.browser.parts"),
    "aws-local": ("-m", "local_cloud"),
}
MAIL_SECONDS = 10
LINK = re.compile(r"https?://[^\s\"<>]+")
# How Django's file backend ends each message.
MAIL_RULE = b"-" * 79


@dataclass(frozen=True)
class Person:
    username: str
    email: str
    password: str
    session: str
    # The id of the folder that stands for the whole vault.
    root: str


@dataclass(frozen=True)
class Mail:
    to: str
    subject: str
    text: str

    @property
    def links(self) -> list[str]:
        return LINK.findall(self.text)


@dataclass
class Site:
    url: str
    place: Path
    environment: dict[str, str]
    # The last one runs.
    servers: list[subprocess.Popen[str]]
    backstage: subprocess.Popen[str]
    demo_password: str
    # What must be in no log: people's passwords and sessions, secrets of links, searches.
    planted: set[str] = field(default_factory=set)

    @property
    def server(self) -> subprocess.Popen[str]:
        return self.servers[-1]

    def kill(self) -> None:
        """Kill all of its processes at once, as a power cut does."""
        for pid in [self.server.pid, *descendants(self.server.pid)]:
            os.kill(pid, signal.SIGKILL)
        self.server.wait()

    def start_again(self) -> None:
        # Kept, to be searched at the end.
        (self.place / "site.log").rename(self.place / f"site-{len(self.servers)}.log")
        self.servers.append(_start(self.place, self.environment))
        _wait_until_ready(self.server, self.place / "site.log")

    def make_person(self, **wishes: Any) -> Person:
        """Make a person (backstage.make_person has the wishes). Signed in unless told otherwise."""
        person = Person(**self._ask(wishes))
        self.planted |= {person.password, person.session}
        return person

    def _ask(self, wishes: dict[str, Any]) -> Any:
        assert self.backstage.stdin is not None
        assert self.backstage.stdout is not None
        self.backstage.stdin.write(json.dumps(wishes) + "\n")
        self.backstage.stdin.flush()
        answer = self.backstage.stdout.readline()
        assert answer, "backstage has ended: see its traceback above"
        return json.loads(answer)

    def note_address(self, address: str) -> None:
        """Remember what of an address that was asked for must not be in a log."""
        self.planted.update(traces_in_logs.secrets_of(address))

    def told(self) -> list[str]:
        """Return what the servers' logs say that they must not."""
        for mail in (self.place / "mail").glob("*.log"):
            for address in LINK.findall(_decoded(mail.read_bytes())):
                self.note_address(address)
        kept: list[str] = self._ask({"kept": True})
        assert len(kept) > 10, "the names of the demo's files at least"
        return traces_in_logs.told(self.place.glob("site*.log"), {*self.planted, *kept})

    def mails(self, to: str) -> list[Mail]:
        """Return what was sent to the address so far, the oldest first."""
        files = sorted((self.place / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime)
        parts = [part for path in files for part in path.read_bytes().split(MAIL_RULE)]
        return [mail for part in parts if part.strip() for mail in [_parse(part)] if mail.to == to]

    def wait_for_mail(self, to: str, *, subject: str = "") -> Mail:
        """Return the newest mail to the address whose subject holds the words."""
        deadline = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < deadline:
            found = [mail for mail in self.mails(to) if subject.lower() in mail.subject.lower()]
            if found:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"no mail to {to} came: {[m.subject for m in self.mails(to)]}")


def _parse(raw: bytes) -> Mail:
    message = email.message_from_bytes(raw.strip(), policy=policy.default)
    body = message.get_body(("plain",))
    return Mail(
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=str(body.get_content()) if body else "",
    )


def _decoded(mails: bytes) -> str:
    return "\n".join(_parse(part).text for part in mails.split(MAIL_RULE) if part.strip())


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(place: Path, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "devops360.settings",
        "EMAIL_URL": f"file://{place / 'mail'}",
        # With a line for each request, so that there is something to search.
        "LOG_FORMAT": "json",
        "MEDIA_ROOT": str(place / "media"),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "STATE_DIR": str(place / "var"),
        "AWS_LOCAL_DIR": str(place / "var"),
    }


def _wait_until_ready(server: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while "Press Ctrl-C to stop" not in log.read_text():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The site did not start:\n{log.read_text()}")
        time.sleep(0.1)


def descendants(pid: int) -> list[int]:
    """Return the process's children, their children and so on."""
    listing = subprocess.run(
        ["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    children: dict[int, list[int]] = {}
    for line in listing.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def _start(place: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    with (place / "site.log").open("w") as output:
        return subprocess.Popen(
            [sys.executable, *COMMANDS[KIND]],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )


@contextmanager
def running_site(place: Path, **more: str) -> Iterator[Site]:
    """Run gunicorn and the worker as `make run` does, with a database and media of their own.

    `more` are further variables of its environment, such as those of a bucket. In parts the
    database is PostgreSQL's, which has a login for each.
    """
    with ExitStack() as stack:
        if KIND == "parts" and "DATABASE_URL" not in more:
            more["DATABASE_URL"] = stack.enter_context(_database())
        yield from _running_site(place, more)


@contextmanager
def _database() -> Iterator[str]:
    programs = find_postgres()
    if programs is None:
        raise RuntimeError("Install PostgreSQL: parts of the site have logins of their own.")
    with own_server(programs) as server:
        server.execute("CREATE DATABASE devops360")
        yield server.url()


def _running_site(place: Path, more: dict[str, str]) -> Iterator[Site]:
    port = free_port()
    environment = _environment(place, port) | more
    log = place / "site.log"
    servers = [_start(place, environment)]
    try:
        _wait_until_ready(servers[0], log)
        backstage = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.backstage"],
            cwd=ROOT,
            # What it logs would be taken for its answers.
            env=environment | {"LOG_LEVEL": "ERROR"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with backstage:
            password = (place / "var/demo-password").read_text()
            # A name, not an address: passkeys are bound to one.
            url = f"http://localhost:{port}"
            site = Site(url, place, environment, servers, backstage, password)
            yield site
            told = site.told()
    finally:
        server = servers[-1]
        server.send_signal(signal.SIGINT)
        status = server.wait(timeout=30)
        print(f"\nsite.log, last lines:\n{log.read_text()[-3000:]}")
    # Only where the tests themselves ended well: Ctrl-C must stop everything cleanly.
    assert status == 0, f"the site ended with {status}"
    assert "Traceback" not in log.read_text(), log.read_text()
    assert '"message": "request"' in log.read_text(), "its lines are there to be searched"
    assert told == [], "\n".join(told)
