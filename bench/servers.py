"""The servers that are compared: how each is started, and how each is asked for the same thing."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

from bench.names import entry_name
from bench.processes import Tree
from bench.wire import Line, Piece, WrongAnswerError
from tests.browser.site import ROOT, Person, free_port, running_site
from tests.postgres import temporary_server
from tests.programs import find_postgres

START_SECONDS = 60
VENV = ROOT / "var" / "bench-venv"
# As many as the site has itself, for those that are made of processes and threads.
PROCESSES, THREADS = 2, 8


@dataclass(frozen=True)
class Server:
    """A server that is up. `put` and `page` return paths to ask it for."""

    name: str
    netloc: str
    # Where it keeps what it is given.
    place: Path
    processes: Tree
    headers: dict[str, str] = field(default_factory=dict)

    def line(self) -> Line:
        return Line(self.netloc, self.headers)

    def put(self, line: Line, file: Path, name: str) -> str:
        """Upload a file, and return the path to download it from."""
        line.ask("PUT", f"/{quote(name)}", body=Piece.whole(file), expect=201)
        return f"/{quote(name)}"

    def make_folder(self, count: int, name: str) -> str:
        """Make a folder of `count` entries, by the back door. Returns its page."""
        folder = self.place / name
        folder.mkdir()
        for number in range(count):
            (folder / entry_name(number)).touch()
        return f"/{quote(name)}/"

    def zip_of(self, folder: str) -> str:
        return f"{folder}?zip"

    def folder_for_uploads(self, name: str) -> str:
        """Make a folder to upload into, and return its page; `put` takes `name/file` then."""
        (self.place / name).mkdir()
        return f"/{quote(name)}/"

    def forget(self) -> None:
        """Free the disk of what large uploads left. Nobody asks for it again."""
        for path in self.place.rglob("*"):
            if path.is_file() and path.stat().st_size > 1 << 20:
                path.unlink()


@dataclass(frozen=True)
class Vault(Server):
    """This site, as one person with a session uses it."""

    root: str = ""
    environment: dict[str, str] = field(default_factory=dict)

    def put(self, line: Line, file: Path, name: str) -> str:
        path = f"/files/folder/{self.root}/upload/?path={quote(name)}&conflict=ask"
        kept = json.loads(line.ask("PUT", path, body=Piece.whole(file), expect=201))
        if len(kept["sha256"]) != 64:
            raise WrongAnswerError("no digest was taken")
        return f"/files/{kept['id']}/download/"

    def make_folder(self, count: int, name: str) -> str:
        words = [sys.executable, "-m", "bench.stage", self.root, name, str(count)]
        made = subprocess.run(
            words, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return f"/files/folder/{made.stdout.strip()}/"

    def zip_of(self, folder: str) -> str:
        return folder.replace("/folder", "") + "download/"

    def folder_for_uploads(self, name: str) -> str:
        return self.make_folder(0, name)


def session_headers(person: Person) -> dict[str, str]:
    """Return the headers by which a person is signed in, and may change things."""
    # Whoever can set both the cookie and the header is no other site: that is the protection.
    token = secrets.token_hex(16)
    return {
        "Accept": "text/html,application/json",
        "Cookie": f"sessionid={person.session}; csrftoken={token}",
        "X-CSRFToken": token,
    }


@contextmanager
def vault(place: Path, *, database: str) -> Iterator[Vault]:
    """Run this site: gunicorn, the worker, the local store."""
    name = "PostgreSQL" if database else "SQLite"
    more = {"DATABASE_URL": database} if database else {}
    more |= {"WEB_PROCESSES": str(PROCESSES), "WEB_THREADS": str(THREADS)}
    more["FILES_QUOTA"] = str(1 << 50)
    with running_site(place, **more) as site:
        person = site.make_person()
        yield Vault(
            name=f"DevOps360 on {name}",
            netloc=urlsplit(site.url).netloc,
            place=place / "media",
            processes=Tree(site.server.pid, "gunicorn"),
            headers=session_headers(person),
            root=person.root,
            environment=site.environment,
        )


@contextmanager
def vault_on_postgres(place: Path) -> Iterator[Vault]:
    """The same on a PostgreSQL of its own, which is as durable as in production."""
    programs = find_postgres()
    if programs is None:
        raise MissingError("PostgreSQL is not installed")
    with ExitStack() as stack:
        url = stack.enter_context(temporary_server(programs, options=("max_connections=200",)))
        # Not the one that Django's tests make: the one that every server has from the start.
        url = url.replace("@/devops360?", "@/postgres?")
        yield stack.enter_context(vault(place, database=url))


class MissingError(Exception):
    """A server cannot run here. The message says what to install."""


@contextmanager
def _started(
    name: str, command: Sequence[str | Path], place: Path, port: int, kind: type[Server] = Server
) -> Iterator[Server]:
    with (place.parent / f"{place.name}.log").open("w+") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_until_up(process, port, Path(log.name))
            yield kind(name, f"127.0.0.1:{port}", place, Tree(process.pid))
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except OSError as error:
            if hasattr(error, "code"):  # It answers, if with a refusal.
                return
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"it did not start:\n{log.read_text()}") from error
            time.sleep(0.05)


@contextmanager
def copyparty(place: Path) -> Iterator[Server]:
    """copyparty as it comes: one process, everyone may do everything."""
    python = VENV / "bin" / "python"
    if not python.exists():
        raise MissingError("run `make bench`, which installs copyparty")
    port = free_port()
    words = [str(python), "-m", "copyparty", "-q", "-i", "127.0.0.1", "-p", str(port)]
    with _started("copyparty", [*words, "-v", f"{place}::A"], place, port) as server:
        yield server


NGINX = """\
daemon off; pid {place}.pid; error_log stderr; worker_processes {processes};
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  client_body_temp_path {place}.temp; proxy_temp_path {place}.temp; fastcgi_temp_path {place}.temp;
  uwsgi_temp_path {place}.temp; scgi_temp_path {place}.temp;
  server {{ listen 127.0.0.1:{port}; root {place}; autoindex on; }}
}}
"""


class Nginx(Server):
    """Files on a disk, sent by the kernel: nobody is asked who they are."""

    def put(self, line: Line, file: Path, name: str) -> str:
        (self.place / name).parent.mkdir(exist_ok=True)
        shutil.copy(file, self.place / name)
        return f"/{quote(name)}"


@contextmanager
def nginx(place: Path) -> Iterator[Server]:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        raise MissingError("nginx is not installed: on Debian, apt install nginx-light")
    port = free_port()
    config = place.with_suffix(".conf")
    # nginx started by root gives its workers away: they must be let through to the files.
    user = "user root;\n" if os.geteuid() == 0 else ""
    config.write_text(user + NGINX.format(place=place, port=port, processes=PROCESSES))
    with _started("nginx", [program, "-c", config], place, port, Nginx) as server:
        yield server


@contextmanager
def plain_loop(place: Path) -> Iterator[Server]:
    """The ceiling: a WSGI function that reads, hashes and writes, and does nothing else."""
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "-c", "/dev/null", "-b", f"127.0.0.1:{port}"]
    words += ["-k", "gthread", "-w", str(PROCESSES), "--threads", str(THREADS)]
    words += ["--no-control-socket", "-e", f"PLACE={place}", "bench.plain:application"]
    with _started("plain WSGI loop", words, place, port) as server:
        yield server
