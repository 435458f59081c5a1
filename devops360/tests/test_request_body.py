"""Bodies straight from the socket: the same bytes, and the next request begins where it should."""

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

from devops360 import request_body
from devops360.request_body import WORTHWHILE, SocketBody, pass_over_rest, receive_directly

LARGE = os.urandom(3 * WORTHWHILE + 17)
NEXT = b"GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n"


def head(length: int, more: bytes = b"") -> bytes:
    return b"PUT / HTTP/1.1\r\nHost: localhost\r\n%bContent-Length: %d\r\n\r\n" % (more, length)


@contextmanager
def sent(*pieces: bytes) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield gunicorn's parser and the request's environment, as its workers hand them over."""
    sender, receiver = socket.socketpair()
    with sender, receiver:
        sending = threading.Thread(target=sender.sendall, args=[b"".join(pieces)])
        sending.start()
        receiver.settimeout(10)
        parser = RequestParser(Config(), receiver, ("127.0.0.1", 1))
        request = next(parser)
        environ = {"wsgi.input": request.body, "gunicorn.socket": receiver}
        receive_directly(environ)
        yield parser, environ
        receiver.close()
        sending.join(timeout=10)


def read_all(stream: Any, size: int) -> bytes:
    pieces = []
    while piece := stream.read(size):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("size", [1, 700, 8192, 100_000, 1 << 20, 1 << 24])
def test_all_of_it_arrives_and_nothing_of_the_next_request(size: int) -> None:
    body = LARGE if size > 1 else LARGE[: WORTHWHILE + 1]
    with sent(head(len(body)) + body + NEXT) as (parser, environ):
        assert isinstance(environ["wsgi.input"], SocketBody)
        got = read_all(environ["wsgi.input"], size)
        assert hashlib.sha256(got).digest() == hashlib.sha256(body).digest()
        assert next(parser).path == "/next"


def test_lines_and_pieces_go_together() -> None:
    body = b"one\ntwo\n" + LARGE
    with sent(head(len(body)) + body + NEXT) as (parser, environ):
        stream = environ["wsgi.input"]
        assert stream.readline() == b"one\n"
        assert stream.readline() == b"two\n"
        assert read_all(stream, 100_000) == LARGE
        assert next(parser).path == "/next"


def test_what_nobody_read_is_passed_over() -> None:
    with sent(head(len(LARGE)) + LARGE + NEXT) as (parser, environ):
        got = b""
        while len(got) < WORTHWHILE:
            got += environ["wsgi.input"].read(WORTHWHILE - len(got))
        assert got == LARGE[:WORTHWHILE]
        assert next(parser).path == "/next"


@pytest.mark.parametrize("length", [100_000, len(LARGE)])
def test_the_rest_of_a_body_is_passed_over(length: int) -> None:
    """Also of one that is too small to be received directly, and larger than gunicorn discards."""
    with sent(head(length) + LARGE[:length] + NEXT) as (parser, environ):
        assert environ["wsgi.input"].read(10) == LARGE[:10]
        pass_over_rest(environ)
        assert environ["gunicorn.socket"].gettimeout() == 10
        assert parser.finish_body(max_bytes=1)
        assert next(parser).path == "/next"


def test_the_rest_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "SILENT_SECONDS", 0.05)
    sender, receiver = socket.socketpair()
    with sender, receiver:
        sender.sendall(head(len(LARGE)) + LARGE[:1000])
        body = next(RequestParser(Config(), receiver, ("127.0.0.1", 1))).body
        environ = {"wsgi.input": body, "gunicorn.socket": receiver}
        receive_directly(environ)
        pass_over_rest(environ)
        assert body.failed, "gunicorn closes the connection"
        pass_over_rest(environ)


def test_all_at_once_without_a_size() -> None:
    with sent(head(len(LARGE)) + LARGE) as (_, environ):
        assert environ["wsgi.input"].read() + read_all(environ["wsgi.input"], -1) == LARGE


def test_a_sender_that_goes_ends_it_early() -> None:
    sender, receiver = socket.socketpair()
    with receiver:
        sender.sendall(head(len(LARGE)) + LARGE[:100_000])
        parser = RequestParser(Config(), receiver, ("127.0.0.1", 1))
        environ = {"wsgi.input": next(parser).body, "gunicorn.socket": receiver}
        receive_directly(environ)
        sender.close()
        assert read_all(environ["wsgi.input"], 1 << 20) == LARGE[:100_000]


def test_a_connection_that_breaks_is_not_used_again() -> None:
    sender, receiver = socket.socketpair()
    with sender, receiver:
        sender.sendall(head(len(LARGE)) + LARGE[:1000])
        body = next(RequestParser(Config(), receiver, ("127.0.0.1", 1))).body
        environ = {"wsgi.input": body, "gunicorn.socket": receiver}
        receive_directly(environ)
        receiver.settimeout(0.05)
        with pytest.raises(TimeoutError):
            read_all(environ["wsgi.input"], 1 << 20)
        assert body.failed


@pytest.mark.parametrize(
    "request_bytes",
    [
        head(5) + b"small",
        (
            b"PUT / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nsmall\r\n0\r\n\r\n"
        ),
    ],
)
def test_small_and_chunked_ones_are_left_to_gunicorn(request_bytes: bytes) -> None:
    with sent(request_bytes) as (_, environ):
        assert not isinstance(environ["wsgi.input"], SocketBody)
        assert environ["wsgi.input"].read() == b"small"


def test_other_servers_are_left_alone() -> None:
    environ = {"wsgi.input": object()}
    receive_directly(environ)
    assert not isinstance(environ["wsgi.input"], SocketBody)
