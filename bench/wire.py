"""An HTTP client that costs little beside the servers it measures: sendfile out, one buffer in."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, Self

CHUNK = 1 << 20


@dataclass(frozen=True)
class Piece:
    """Bytes of a file, to be sent."""

    path: Path
    offset: int
    length: int

    @classmethod
    def whole(cls, path: Path) -> Self:
        return cls(path, 0, path.stat().st_size)


class WrongAnswerError(Exception):
    """A server did not do what is measured: its time would mean nothing."""


class Line:
    """One connection, kept open from request to request."""

    def __init__(self, netloc: str, headers: Mapping[str, str]) -> None:
        self._connection = HTTPConnection(netloc, timeout=900, blocksize=CHUNK)
        self._headers = headers
        self._buffer = memoryview(bytearray(CHUNK))

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | Piece = b"",
        headers: Mapping[str, str] | None = None,
        expect: int = 200,
    ) -> bytes:
        """Return the whole answer. Raises WrongAnswerError for another status."""
        answer = self._send(method, path, body, headers or {})
        content = answer.read()
        if answer.status != expect:
            raise WrongAnswerError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content

    def post_json(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON that answers; asked again for as long as the answer is 202."""
        headers = {"Content-Type": "application/json"}
        while True:
            answer = self._send("POST", path, json.dumps(data).encode(), headers)
            content = answer.read()
            if answer.status not in {200, 201, 202}:
                raise WrongAnswerError(f"POST {path}: {answer.status} {content[:500]!r}")
            if answer.status != 202:
                told: dict[str, Any] = json.loads(content)
                return told
            time.sleep(0.05)

    def drain(
        self, path: str, *, headers: Mapping[str, str] | None = None, expect: int = 200
    ) -> int:
        """GET, and throw the body away as it comes. Returns its length."""
        answer = self._send("GET", path, b"", headers or {})
        total = 0
        while count := answer.readinto(self._buffer):
            total += count
        if answer.status != expect:
            raise WrongAnswerError(f"GET {path}: {answer.status}")
        return total

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _send(
        self, method: str, path: str, body: bytes | Piece, headers: Mapping[str, str]
    ) -> HTTPResponse:
        connection = self._connection
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {**self._headers, **headers}.items():
            connection.putheader(name, value)
        if method != "GET":
            length = body.length if isinstance(body, Piece) else len(body)
            connection.putheader("Content-Length", str(length))
        connection.endheaders(body if isinstance(body, bytes) else None)
        if isinstance(body, Piece):
            with body.path.open("rb") as file:
                connection.sock.sendfile(file, body.offset, body.length)
        return connection.getresponse()
