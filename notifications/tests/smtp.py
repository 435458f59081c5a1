"""A mail server on loopback that takes mail, or does not, as a test says."""

import re
import socketserver
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# RFC 5321, 4.5.2.
DOUBLED = re.compile(rb"(?m)^\.\.")
MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*<([^@>]+)@")


@dataclass
class Mailbox:
    """What has arrived, by recipient: each with the key in its Message-ID.

    `answer` says what comes to the end of DATA: "250 ok", another reply, "cut" for a connection
    that ends without one after the mail was taken, "drop" before it was, "stall" for one that
    takes the mail and says nothing for `stall_seconds`.
    """

    port: int = 0
    answer: Callable[[str], str] = lambda to: "250 ok"
    greet: Callable[[], str] = lambda: "220 loopback"
    sender: Callable[[], str] = lambda: "250 ok"
    recipient: Callable[[str], str] = lambda to: "250 ok"
    arrived: dict[str, list[str]] = field(default_factory=dict)
    # The last few mails themselves, without what SMTP doubles and adds.
    raw: deque[bytes] = field(default_factory=lambda: deque(maxlen=5))
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)
    stall_seconds: float = 60.0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mailer(self) -> dict[str, object]:
        """As MAILERS has it."""
        return self.mailer_with(timeout=2)

    def mailer_with(self, *, timeout: float) -> dict[str, object]:
        return {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": self.port, "timeout": timeout},
        }

    def take(self, to: str, raw: bytes) -> None:
        found = MESSAGE_ID.search(raw)
        with self.lock:
            self.arrived.setdefault(to, []).append(found[1].decode() if found else "")
            self.raw.append(DOUBLED.sub(b".", raw.removesuffix(b".\r\n")))


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        box: Mailbox = self.server.box  # type: ignore[attr-defined]
        greeting = box.greet()
        if greeting == "cut":
            return
        self.say(greeting)
        to = ""
        while line := self.rfile.readline().decode(errors="replace").strip():
            verb = line[:4].upper()
            if verb == "MAIL":
                self.say(box.sender())
            elif verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                self.say(box.recipient(to))
            elif verb == "DATA":
                self.say("354 go on")
                reply = self.receive(box, to)
                if reply == "cut":
                    return
                self.say(reply)
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def receive(self, box: Mailbox, to: str) -> str:
        raw = b""
        while not raw.endswith(b"\r\n.\r\n"):
            piece = self.rfile.readline()
            if not piece:
                return "cut"
            raw += piece
        reply = box.answer(to)
        if reply.startswith("250") or reply in {"cut", "stall"}:
            box.take(to, raw)
        if reply == "stall":
            box.closing.wait(box.stall_seconds)
        return "cut" if reply in {"drop", "stall"} else reply

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: workers that are killed leave their connections broken."""


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    box = Mailbox()
    with Server(("127.0.0.1", 0), Session) as server:
        server.box = box  # type: ignore[attr-defined]
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield box
        finally:
            box.closing.set()
            server.shutdown()
            thread.join()
