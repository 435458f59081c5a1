"""Stands between the site and S3, and does what networks do: it refuses, dawdles, cuts, loses."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

# What AWS says to who asks too often, in the XML of SNS and its like.
THROTTLED = (
    b"<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code>"
    b"<Message>Rate exceeded</Message></Error><RequestId>1</RequestId></ErrorResponse>"
)


@dataclass
class Middleman:
    """Passes requests on; `trouble` names what happens to those that `matches` says."""

    target: str
    url: str = ""
    # "", "500", "503", "throttled", "slow", "cut" (before it is passed on), "lost" (the answer,
    # afterwards).
    trouble: str = ""
    # Of a request's method and address, such as "POST" and "uploadId=".
    method: str = ""
    words: str = ""
    # How many times more; -1 for ever.
    times: int = -1
    seen: list[str] = field(default_factory=list)

    def make(self, trouble: str, *, method: str = "", words: str = "", times: int = -1) -> None:
        self.trouble, self.method, self.words, self.times = trouble, method, words, times

    def troubled(self, method: str, path: str) -> str:
        self.seen.append(f"{method} {path}")
        fits = (not self.method or method == self.method) and self.words in path
        if not self.trouble or not fits or self.times == 0:
            return ""
        self.times -= 1
        return self.trouble


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    man: Middleman

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def pass_on(self) -> None:
        trouble = self.man.troubled(self.command, self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if trouble == "slow":
            time.sleep(6)
        if trouble == "throttled":
            self.answer(400, {"Content-Type": "text/xml"}, THROTTLED)
            return
        if trouble in {"500", "503"}:
            self.answer(int(trouble), {}, b"")
            return
        if trouble == "cut":
            self.close_connection = True
            self.connection.close()
            return
        status, headers, data = self.ask(body)
        if trouble == "lost":
            self.close_connection = True
            self.connection.close()
            return
        self.answer(status, headers, data)

    def ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.man.target).netloc, timeout=30)
        connection.request(self.command, self.path, body, dict(self.headers))
        response = connection.getresponse()
        data = response.read()
        connection.close()
        kept = {k: v for k, v in response.headers.items() if k.lower() != "transfer-encoding"}
        return response.status, kept, data

    def answer(self, status: int, headers: dict[str, str], data: bytes) -> None:
        with suppress(OSError):
            self.send_response_only(status)
            told = {k: v for k, v in headers.items() if k.lower() != "connection"}
            if self.command != "HEAD":
                told["Content-Length"] = str(len(data))
            for name, value in told.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

    def __getattr__(self, name: str) -> Any:
        # http.server looks for do_GET and the like.
        if name.startswith("do_"):
            return self.pass_on
        raise AttributeError(name)


@contextmanager
def middleman(target: str) -> Iterator[Middleman]:
    man = Middleman(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("H", (Handler,), {"man": man}))
    server.daemon_threads = True
    man.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield man
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
