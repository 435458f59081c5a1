"""deploy/smoke.sh, on a server that answers as the site does behind its balancer, or does not."""

import os
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.infra.tools import ROOT

WELL = {
    "/account/login/": (200, "<input name=csrfmiddlewaretoken>"),
    "/admin/": (302, ""),
    "/files/": (302, ""),
    "/notifications/": (302, ""),
}


class Balancer(BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, str]]

    def do_GET(self) -> None:
        status, text = self.answers.get(self.path, (404, ""))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def balancer() -> Iterator[tuple[str, type[Balancer]]]:
    handler = type("Handler", (Balancer,), {"answers": dict(WELL)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()


def smoke(site: str) -> tuple[int, str]:
    environment = os.environ | {"SMOKE_RETRIES": "0", "SMOKE_DELAY": "0"}
    command = [str(ROOT / "deploy/smoke.sh"), site]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_site_as_it_should_be(balancer: tuple[str, type[Balancer]]) -> None:
    site, _ = balancer
    assert smoke(site) == (0, f"{site} answers as it should.\n")


@pytest.mark.parametrize(
    ("path", "answer", "words"),
    [
        ("/account/login/", (503, ""), "the sign-in page does not come"),
        ("/account/login/", (200, "It works!"), "what comes is not the sign-in page"),
        ("/admin/", (404, "Another role serves this"), "/admin/ does not ask visitors"),
        ("/files/", (200, "<h1>Files</h1>"), "/files/ does not ask visitors"),
        ("/notifications/", (502, ""), "/notifications/ does not ask visitors"),
        ("/readyz", (200, "{}"), "/readyz is open to everybody"),
        ("/metrics", (200, "database_up 1"), "/metrics is open to everybody"),
    ],
)
def test_what_is_wrong_is_said(
    balancer: tuple[str, type[Balancer]], path: str, answer: tuple[int, str], words: str
) -> None:
    site, handler = balancer
    handler.answers[path] = answer
    status, said = smoke(site)
    assert (status, words in said) == (1, True), said


def test_a_site_that_is_not_there() -> None:
    status, said = smoke("http://127.0.0.1:9")
    assert (status, "the sign-in page does not come" in said) == (1, True), said
