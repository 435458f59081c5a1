"""People who use the site while it is broken: they upload, share, look, and note the answers."""

import hashlib
import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from practice.drills.stack import PART, Stack
from tests.operations.processes import wait_until

TIMEOUT = 30.0
# Between two things that a person does, and before what was refused is tried again.
PAUSE, AGAIN = 0.2, 0.25
SMALL = 50_000
PARTS = 2
# A picture of one dot; with other bytes behind it, another file. Of each, a preview is made.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763"
    "f8cfc000000301010018dd8db00000000049454e44ae426082"
)
PICTURE_EVERY = 5
NO_ANSWER = 0
LIVEZ, PAGES, UPLOADS, SHARES, PARTED = "livez", "pages", "uploads", "shares", "uploads in parts"
KINDS = {LIVEZ, PAGES, UPLOADS, SHARES, PARTED}


@dataclass(frozen=True)
class Answer:
    """What one request came to. Status 0: none came."""

    who: str
    at: float
    seconds: float
    status: int
    body: bytes = b""
    # Of a 503: whether it says when to come back.
    patient: bool = True

    @property
    def good(self) -> bool:
        return 200 <= self.status < 400

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Load:
    """The people, and what the site has promised them."""

    stack: Stack
    name: str
    readers: int = 1
    answers: list[Answer] = field(default_factory=list)
    # Acknowledged: the id of each file, and its digest; the name of each that was shared.
    files: dict[str, str] = field(default_factory=dict)
    shares: set[str] = field(default_factory=set)
    stopping: threading.Event = field(default_factory=threading.Event)

    def ask(self, who: str, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Ask once, over a connection of its own, and write down what came."""
        start = time.monotonic()
        # Probes do not come the way that people do.
        port = self.stack.port if who == LIVEZ else self.stack.front
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        status, said, patient = NO_ANSWER, b"", True
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            status, said = response.status, response.read()
            patient = status != 503 or "Retry-After" in response.headers
        except (OSError, http.client.HTTPException):
            status = NO_ANSWER
        finally:
            connection.close()
        now = time.monotonic()
        answer = Answer(who, now, now - start, status, said, patient)
        self.answers.append(answer)
        return answer

    def call(self, who: str, method: str, path: str, data: Any = b"") -> Answer:
        """Call the API with the person's token."""
        body = data if isinstance(data, bytes) else json.dumps(data).encode()
        kind = "application/octet-stream" if isinstance(data, bytes) else "application/json"
        authorization = f"Bearer {self.stack.people.token}"
        headers = {"Authorization": authorization, "Content-Type": kind}
        return self.ask(who, method, f"/api/v1/{path}", body, **headers)

    def insist(self, ask: Callable[[], Answer]) -> Answer | None:
        """Ask until the answer is a good one; None when the load ends before."""
        while not self.stopping.is_set():
            answer = ask()
            if answer.good:
                return answer
            self.stopping.wait(AGAIN)
        return None

    def upload_small(self, number: int) -> None:
        """One file in one request, then shared with the friend."""
        content = (DOT if number % PICTURE_EVERY == 1 else b"") + os.urandom(SMALL)
        name = f"{self.name}-{number}"
        path = f"folders/{self.stack.people.root}/content?path={name}&conflict=replace"
        kept = self.insist(lambda: self.call(UPLOADS, "PUT", path, content))
        if kept is None:
            return
        self.files[kept.json()["id"]] = hashlib.sha256(content).hexdigest()
        grant = f"nodes/{kept.json()['id']}/grants"
        address = {"address": self.stack.people.friend}
        if self.insist(lambda: self.call(SHARES, "POST", grant, address)):
            self.shares.add(name)

    def upload_in_parts(self, number: int) -> None:
        """One file in parts: what fails is sent again part by part, as browsers do."""
        content = os.urandom(PART * (PARTS - 1) + SMALL)
        who, key = PARTED, f"{self.name}-parts-{number}"
        begin = {"path": key, "size": len(content), "key": key, "conflict": "replace"}
        where = f"folders/{self.stack.people.root}/uploads"
        begun = self.insist(lambda: self.call(who, "POST", where, begin))
        if begun is None:
            return
        upload = begun.json()["upload"]
        for part in range(1, PARTS + 1):
            data = content[(part - 1) * PART : part * PART]
            if not self._send_part(who, upload["id"], part, data):
                return
        done = self.insist(lambda: self.call(who, "POST", f"uploads/{upload['id']}/complete", {}))
        if done is not None and done.status == 201:
            self.files[done.json()["id"]] = hashlib.sha256(content).hexdigest()

    def _send_part(self, who: str, upload: str, number: int, data: bytes) -> bool:
        wanted = {"parts": [{"number": number, "sha256": hashlib.sha256(data).hexdigest()}]}
        sign = f"uploads/{upload}/sign"
        signed = self.insist(lambda: self.call(who, "POST", sign, wanted))
        if signed is None:
            return False
        # Of the site itself, also for a bucket: S3_PROXY.
        address = urlsplit(signed.json()[0]["url"]).path
        return self.insist(lambda: self.ask(who, "PUT", address, data)) is not None

    def look(self, number: int) -> None:
        """A page, in a browser."""
        cookie = f"sessionid={self.stack.people.session}"
        self.ask(PAGES, "GET", "/files/", Cookie=cookie, Accept="text/html")

    def probe(self, number: int) -> None:
        """As a supervisor does."""
        self.ask(LIVEZ, "GET", "/livez")

    def _repeat(self, act: Callable[[int], None]) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            act(number)
            self.stopping.wait(PAUSE)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        acts = (self.upload_small, self.upload_in_parts, *[self.look] * self.readers, self.probe)
        threads = [threading.Thread(target=self._repeat, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            for thread in threads:
                thread.join()

    def between(self, start: float, end: float) -> list[Answer]:
        return [answer for answer in list(self.answers) if start <= answer.at < end]

    def wait_until_all_are_served(self) -> None:
        """Wait until each kind of request has got a good answer."""

        def served() -> set[str]:
            return {answer.who for answer in list(self.answers) if answer.good}

        wait_until(lambda: served() >= KINDS, "everybody is served")

    def recovery(self, mended: float, *, within: float) -> dict[str, float]:
        """Wait until everybody is served again; return after how many seconds each was.

        Those who are not within that time are missing.
        """
        while True:
            back: dict[str, float] = {}
            for answer in self.between(mended, float("inf")):
                if answer.good:
                    back.setdefault(answer.who, answer.at - mended)
            if back.keys() >= KINDS or time.monotonic() > mended + within:
                return back
            time.sleep(0.05)
