"""A server that people's addresses lead to: over HTTP or TLS, on loopback, behaving as told."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    # Names in lower case.
    headers: dict[str, str]
    body: bytes


type Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: "Server"
    # What it was asked, for a behaviour to look at.
    got: Received

    def take(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.got = Received(self.command, self.path, headers, self.rfile.read(length))
        self.server.received.append(self.got)
        self.server.behaviour(self)

    do_GET = do_POST = take  # noqa: N815  (the names that http.server looks for)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
        """Say nothing: tests look at what was received."""


def says_yes(handler: Handler) -> None:
    handler.answer(204)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[Received] = []
        self.behaviour: Behaviour = says_yes

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients of these tests hang up whenever they like."""


@dataclass
class Receiver:
    server: Server
    scheme: str
    # Set when the test is over: who stalls waits for it.
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    @property
    def received(self) -> list[Received]:
        return self.server.received

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def behave(self, behaviour: Behaviour) -> None:
        self.server.behaviour = behaviour

    def stalls(self, handler: Handler) -> None:
        """Take the request and never answer."""
        self.over.wait(60)

    def dribbles(self, handler: Handler) -> None:
        """Send a byte now and then, each well within any time-out, without an end."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.over.wait(0.05):
            handler.wfile.write(b"z")
            handler.wfile.flush()


@contextmanager
def running_receiver(certificate: Path | None = None) -> Iterator[Receiver]:
    """Serve on a free port; over TLS with a certificate and key in one file."""
    server = Server()
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    receiver = Receiver(server, "https" if certificate else "http")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
