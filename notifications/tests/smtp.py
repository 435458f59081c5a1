"""A mail server on loopback that takes mail, or does not, as a test says."""

import random
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MESSAGE_ID = re.compile(rb"(?im)^Message-ID:\s*<([^@>]+)@")


@dataclass
class Mailbox:
    """What has arrived, by recipient: each with the key in its Message-ID.

    `answer` says what comes to the end of DATA: "250 ok", another reply, "cut" for a connection
    that ends without one after the mail was taken, "stall" for one that never answers.
    """

    port: int = 0
    answer: Callable[[str], str] = lambda to: "250 ok"
    greet: Callable[[], str] = lambda: "220 loopback"
    recipient: Callable[[str], str] = lambda to: "250 ok"
    arrived: dict[str, list[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mailer(self) -> dict[str, object]:
        """As MAILERS has it."""
        return {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": self.port, "timeout": 2},
        }

    def take(self, to: str, raw: bytes) -> None:
        found = MESSAGE_ID.search(raw)
        with self.lock:
            self.arrived.setdefault(to, []).append(found[1].decode() if found else "")


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
            if verb == "RCPT":
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
        if reply == "stall":
            box.closing.wait(60)
            return "cut"
        if reply.startswith("250") or reply == "cut":
            box.take(to, raw)
        return reply

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


def troubled(seed: int) -> Callable[[str], str]:
    """Return answers of a server on a bad day: a quarter of the mail gets no good one."""
    chance, lock = random.Random(seed), threading.Lock()

    def answer(to: str) -> str:
        with lock:
            dice = chance.random()
        if dice < 0.10:
            return "451 try later"
        if dice < 0.15:
            return "cut"
        if dice < 0.20:
            return "452 too much"
        return "421 too fast" if dice < 0.22 else "250 ok"

    return answer
