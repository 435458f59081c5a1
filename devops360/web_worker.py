"""gunicorn's threaded worker, with an end to waiting for headers.

gunicorn reads headers in a thread and waits for each byte as long as it takes: whoever sends one
every few seconds holds a thread, and a few dozen connections hold the whole site. Bodies are
another matter: an upload over a slow line may take hours.
"""

import socket
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker


class SiteWorker(ThreadWorker):
    """Cuts connections whose headers are not whole after `header_seconds`.

    For HTTP/1.1, which is all that gunicorn.conf.py offers.
    """

    # From the first byte that a thread waits for. gunicorn.conf.py sets another.
    header_seconds = 20.0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Written by the threads, each its own connection; looked at by the main one.
        self._deadlines: dict[TConn, float] = {}

    def handle(self, conn: TConn) -> Any:
        self._deadlines[conn] = time.monotonic() + self.header_seconds
        try:
            return super().handle(conn)
        finally:
            self._deadlines.pop(conn, None)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """Answer a request whose headers are there: its body may take its time."""
        self._deadlines.pop(conn, None)
        return super().handle_request(req, conn)

    def notify(self) -> None:
        """Called about once a second from the main thread."""
        super().notify()
        now = time.monotonic()
        for conn, deadline in list(self._deadlines.items()):
            if deadline < now:
                # The thread's recv() returns that nothing more comes; closing it is the thread's.
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)
