"""A PostgreSQL server of its own for one test run, in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

START_SECONDS = 30
# Nothing here needs to survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


def _unprivileged() -> str | None:
    """Return whom to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _wait_until_ready(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    command = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-U", "devops360"]
    while subprocess.run(command, check=False).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            log = (folder / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"PostgreSQL did not start:\n{log}")
        time.sleep(0.1)


@contextmanager
def temporary_server(
    programs: Path, options: Sequence[str] = FAST, *, locale: str = "C"
) -> Iterator[str]:
    """Run PostgreSQL on a Unix socket alone, yield its DATABASE_URL, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="devops360-pg-"))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    how = ("-U", "devops360", "-A", "trust", "-E", "UTF8", f"--locale={locale}", "--no-sync")
    subprocess.run(
        [programs / "initdb", "-D", data, *how],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    words = [word for option in (*options, "listen_addresses=") for word in ("-c", option)]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *words],
            stdout=log,
            stderr=subprocess.STDOUT,
            user=user,
            cwd=folder,
        )
    try:
        _wait_until_ready(programs, folder, server)
        yield f"postgres://devops360@/devops360?host={quote(str(folder), safe='')}"
    finally:
        # SIGINT asks for the "fast" shutdown: sessions are cut, nobody is waited for.
        server.send_signal(2)
        server.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)
