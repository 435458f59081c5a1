"""Large request bodies straight from the socket.

gunicorn collects what it receives in a buffer that is copied several times for every piece: of a
core, that is 0.3 to 0.5 GB/s, less than SHA-256 needs. Asked for a piece of known length, the
kernel fills it at once: 5 GB/s. What gunicorn knows of the body, and goes by for the next request
on the connection, is kept up to date.
"""

import socket
from typing import Any
from wsgiref.types import WSGIEnvironment

from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import SocketUnreader

# Smaller ones come with the headers, or nearly so.
WORTHWHILE = 256 * 1024


class SocketBody:
    """A body of known length, as PEP 3333 wants `wsgi.input`."""

    def __init__(self, body: Any, sock: socket.socket) -> None:
        self._body = body
        self._socket = sock
        self.readline = body.readline
        self.readlines = body.readlines

    def __iter__(self) -> Any:
        return iter(self._body)

    def read(self, size: int = -1, /) -> bytes:
        """Return as many bytes, fewer only where the sender or the body ends. All, if negative."""
        left = self._body.reader.length + self._body.buf.tell()
        size = left if size < 0 else min(size, left)
        # What came together with the headers is gunicorn's to give.
        if held := self._held():
            data: bytes = self._body.read(min(size, held))
            return data
        return self._receive(size) if size else b""

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
    body, sock = environ["wsgi.input"], environ.get("gunicorn.socket")
    if (
        type(body) is Body
        and type(body.reader) is LengthReader
        and type(body.reader.unreader) is SocketUnreader
        and type(sock) is socket.socket
        and body.reader.length >= WORTHWHILE
    ):
        environ["wsgi.input"] = SocketBody(body, sock)
