"""Metrics of processes that serve no requests, such as the worker."""

import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

from devops360.observability.metrics import metrics_application


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Scrapes are no news."""


def serve_metrics(*, address: str, port: int) -> None:
    """Serve `/metrics` from a thread of this process until it ends."""
    server = make_server(address, port, metrics_application, handler_class=_Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
