"""The outermost layer: each request gets an id, a line in the log, and is counted."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from devops360.observability.context import request_id_from, within_request
from devops360.observability.metrics import IN_FLIGHT, LATENCY, REQUESTS

logger = logging.getLogger("devops360.requests")

type GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}


class RequestMiddleware:
    """Give each request its id, say how it went, and count it.

    The line has the route's name, not the address: addresses hold the secrets of links, and what
    people search for.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_from(request.headers.get("X-Request-ID", ""))
        start = time.perf_counter()
        with within_request(request_id), IN_FLIGHT.track_inprogress():
            response = self.get_response(request)
            _tell(request, response, time.perf_counter() - start)
        response.headers["X-Request-ID"] = request_id
        return response


def _tell(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    match = request.resolver_match
    # Without a route: static files, and what nobody serves.
    route = (match.view_name or match.route) if match else "(none)"
    method = request.method if request.method in METHODS else "OTHER"
    REQUESTS.labels(settings.SERVICE, route, method, response.status_code).inc()
    LATENCY.labels(settings.SERVICE, route).observe(seconds)
    user = _known_user(request)
    logger.info(
        "request",
        extra={
            "route": route,
            "method": method,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "bytes": int(response.headers.get("Content-Length") or 0),
            "user": str(user.pk) if user is not None and user.is_authenticated else "-",
        },
    )


def _known_user(request: HttpRequest) -> Any:
    """Return who it is if anything has asked for it: a line of the log is no reason to ask.

    Least of all while the database is away, where each look waits for it.
    """
    user = getattr(request, "user", None)
    # Of django.contrib.auth's middleware, which looks at the first use.
    return getattr(request, "_cached_user", None) if isinstance(user, SimpleLazyObject) else user
