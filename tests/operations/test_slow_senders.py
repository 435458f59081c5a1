"""What gunicorn's time limits cut and what they must not: docs/operate/gunicorn.md."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browser.site import descendants
from tests.operations.processes import Web, get, prepared, running_web, wait_until

TIMEOUT = 2
HEADER_SECONDS = 1
# Longer than a worker may be silent, and than headers may take.
UPLOAD_SECONDS = TIMEOUT + 1.5
TOKEN = "a" * 32
HEAD = (
    "POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    f"Cookie: csrftoken={TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    limits = {"WEB_TIMEOUT": str(TIMEOUT), "WEB_HEADER_SECONDS": str(HEADER_SECONDS)}
    place = prepared(tmp_path_factory.mktemp("place"))
    with running_web(place, WEB_PROCESSES="1", WEB_THREADS="2", **limits) as web:
        yield web


def connect(web: Web) -> socket.socket:
    address = urlsplit(web.url)
    return socket.create_connection((str(address.hostname), address.port), timeout=20)


def is_cut(connection: socket.socket) -> bool:
    """Say whether the other side has closed, without waiting."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_a_slow_upload_lives_and_dripped_headers_die(web: Web) -> None:
    """Both hold the two threads there are: the site answers again once the dripper is cut."""
    # Large enough to be read from the socket itself: devops360/request_body.py.
    body = f"csrfmiddlewaretoken={TOKEN}&login=nobody&more=".ljust(300_000, "x").encode()
    upload, dripper = connect(web), connect(web)
    upload.sendall(f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode())
    dripper.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    begun = time.monotonic()
    cut_after = 0.0
    piece, pieces = len(body) // 40, 0
    while time.monotonic() - begun < UPLOAD_SECONDS:
        upload.sendall(body[pieces * piece : (pieces + 1) * piece])
        pieces += 1
        if not cut_after:
            if is_cut(dripper):
                cut_after = time.monotonic() - begun
                assert get(f"{web.url}/livez")[0] == 200, "its thread is free again"
            else:
                dripper.send(b"x")
        time.sleep(UPLOAD_SECONDS / 39)
    assert HEADER_SECONDS <= cut_after < HEADER_SECONDS + 2, f"cut after {cut_after:.1f} s"
    upload.sendall(body[pieces * piece :])
    answer = upload.recv(100)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    upload.close()
    dripper.close()
    told = [line["message"] for line in web.lines()]
    assert not any("TIMEOUT" in message for message in told), "no process was killed for it"


def test_a_process_that_hangs_is_replaced(web: Web) -> None:
    (worker,) = descendants(web.process.pid)
    os.kill(worker, signal.SIGSTOP)

    def replaced() -> bool:
        now = descendants(web.process.pid)
        return bool(now) and worker not in now and get(f"{web.url}/livez")[0] == 200

    wait_until(replaced, "another process serves")


def test_what_is_set_is_written_down() -> None:
    """Every setting of gunicorn.conf.py has its reason in the page for operators."""
    root = Path(__file__).resolve().parents[2]
    settings = {
        line.partition(" =")[0]
        for line in (root / "gunicorn.conf.py").read_text().splitlines()
        if " = " in line and line[0].isalpha()
    }
    page = (root / "docs/operate/gunicorn.md").read_text()
    assert len(settings) > 10
    assert {name for name in settings if f"`{name}`" not in page} == set()
