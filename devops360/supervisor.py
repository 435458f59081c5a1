"""`make run`: the site and its worker under one roof, on one machine."""

import hashlib
import os
import shlex
import shutil
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from honcho.manager import Manager
from honcho.printer import Message

ADDRESS = "127.0.0.1"
HIGHEST_PORT = 65_535
# What honcho returns when it was asked to stop.
STOPPED_BY_SIGNAL = {130, 143}


class PortError(Exception):
    """The port cannot be listened on. The message says how to choose another."""


class QuietPrinter:
    """What honcho prints with: without its own comings and goings, and without clock times."""

    # Of the longest process name; honcho sets it.
    width = 0

    def write(self, message: Message) -> None:
        if message.name == "system":
            return
        text = message.data
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        for line in text.splitlines():
            print(f"{message.name:<{self.width}} | {line}", flush=True)


def require_free_port(port: int) -> None:
    """Raise PortError, with a line to show as it is, if nothing can listen on `port`."""
    advice = "Choose another: make run PORT=8001"
    if not 0 < port <= HIGHEST_PORT:
        raise PortError(f"PORT must be between 1 and {HIGHEST_PORT}, not {port}. {advice}")
    with socket.socket() as probe:
        # As gunicorn does it: a port that a closed connection still lingers on is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            reason = "not allowed" if isinstance(error, PermissionError) else "taken"
            raise PortError(f"Port {port} is {reason}. {advice}") from None


def prepare_database() -> int:
    """Apply what migrations are missing and return their number."""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    return missing


def prepare_static() -> bool:
    """Collect static files if any has changed since the last time. Return whether it did."""
    mark = settings.STATE_DIR / "static-fingerprint"
    fingerprint = _static_fingerprint()
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and mark.exists() and mark.read_text() == fingerprint:
        return False
    call_command("collectstatic", verbosity=0, interactive=False)
    mark.write_text(fingerprint)
    return True


def _static_fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]["BACKEND"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            seen = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{seen.st_size}\0{seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serve(*, port: int, when_ready: Callable[[], None]) -> int:
    """Run gunicorn and the worker until a signal or until one of them ends.

    `when_ready` is called once the site answers. Return 0 after Ctrl-C or SIGTERM, else the
    exit status of whichever ended.
    """
    counted = settings.STATE_DIR / "metrics"
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir()
    environment = os.environ | {
        "PORT": str(port),
        # Site and worker count in one place, so that one scrape has both.
        "PROMETHEUS_MULTIPROC_DIR": str(counted),
        "PYTHONUNBUFFERED": "1",
    }
    python = shlex.quote(sys.executable)
    manager = Manager(QuietPrinter())
    # exec: signals reach Python, not a shell in between.
    manager.add_process("web", f"exec {python} -m gunicorn", env=environment)
    manager.add_process("worker", f"exec {python} manage.py worker", env=environment)
    address = f"http://{ADDRESS}:{port}/livez"
    threading.Thread(target=_call_when_up, args=(address, when_ready), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode in STOPPED_BY_SIGNAL else int(manager.returncode or 0)


def _call_when_up(address: str, when_ready: Callable[[], None]) -> None:
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  (our own address)
                break
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    when_ready()
