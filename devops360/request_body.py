"""Large request bodies straight from the socket.

gunicorn collects what it receives in a buffer that is copied several times for every piece: of a
core, that is 0.3 to 0.5 GB/s, less than SHA-256 needs. Asked for a piece of known length, the
kernel fills it at once: 5 GB/s. What gunicorn knows of the body, and goes by for the next request
on the connection, is kept up to date.

An answer may come before the end of a body: the disk is full, the name is taken. The rest is then
read and thrown away. Closed with bytes unread, the connection is reset, and most senders see only
that, never the answer; gunicorn reads 64 KiB of it.
"""

import socket
import time
from typing import Any
from wsgiref.types import WSGIEnvironment

from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import SocketUnreader

# Smaller ones come with the headers, or nearly so.
WORTHWHILE = 256 * 1024
# For the rest of a body that nobody wants, as nginx lingers: in all, and without a byte.
LINGER_SECONDS = 30.0
SILENT_SECONDS = 5.0
REST = 1024 * 1024


class SocketBody:
    """A body of known length, as PEP 3333 wants `wsgi.input`."""

    def __init__(self, body: Any, sock: socket.socket) -> None:
        self._body = body
        self._socket = sock
        self.readline = body.readline
        self.readlines = body.readlines

    def __iter__(self) -> Any:
        return iter(self._body)

    @property
    def is_over(self) -> bool:
        """Whether nothing more of it is to come."""
        return bool(self._body.failed) or not self._left

    def read(self, size: int = -1, /) -> bytes:
        """Return as many bytes, fewer only where the sender or the body ends. All, if negative."""
        size = self._left if size < 0 else min(size, self._left)
        # What came together with the headers is gunicorn's to give.
        if held := self._held():
            data: bytes = self._body.read(min(size, held))
            return data
        return self._receive(size) if size else b""

    @property
    def _left(self) -> int:
        return int(self._body.reader.length + self._body.buf.tell())

    def _held(self) -> int:
        return int(self._body.buf.tell()) + len(self._body.reader.unreader.buf.getvalue())

    def _receive(self, size: int) -> bytes:
        try:
            data = self._socket.recv(size, socket.MSG_WAITALL)
        except Exception:
            # gunicorn does not use the connection again.
            self._body.failed = True
            raise
        self._body.reader.length -= len(data)
        return data


def receive_directly(environ: WSGIEnvironment) -> None:
    """Replace the input of a request whose body is large, where gunicorn reads it from a socket.

    Nothing changes for chunked bodies, TLS, and other servers.
    """
    body: Any = environ["wsgi.input"]
    sock: Any = environ.get("gunicorn.socket")
    if _is_plain(body, sock) and body.reader.length >= WORTHWHILE:
        environ["wsgi.input"] = SocketBody(body, sock)


def pass_over_rest(environ: WSGIEnvironment) -> None:
    """Read what the site has left of a body, once it has answered; not for ever."""
    stream: Any = environ.get("wsgi.input")
    sock: Any = environ.get("gunicorn.socket")
    if _is_plain(stream, sock):
        stream = SocketBody(stream, sock)
    if not isinstance(stream, SocketBody) or stream.is_over:
        return
    before, deadline = sock.gettimeout(), time.monotonic() + LINGER_SECONDS
    sock.settimeout(SILENT_SECONDS)
    try:
        while stream.read(REST) and time.monotonic() < deadline:
            pass
    except OSError:
        # Gone, or silent. gunicorn closes it.
        return
    finally:
        sock.settimeout(before)


def _is_plain(body: Any, sock: Any) -> bool:
    """Whether it is a body of known length that gunicorn reads from that socket, without TLS."""
    return (
        type(body) is Body
        and type(body.reader) is LengthReader
        and type(body.reader.unreader) is SocketUnreader
        and type(sock) is socket.socket
    )
