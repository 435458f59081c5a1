"""What a process is: `SERVICE` picks which of the site's addresses it serves.

One image, many roles; a balancer sends each path to its role, so that together they are one site.
Every role knows every address, since pages link to each other; it answers only its own.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

type GetResponse = Callable[[HttpRequest], HttpResponse]

ALL = "all"
# The first part of a path, and whose it is. The balancer's rules are made from this table, too.
PREFIXES = {
    "account": "accounts",
    "admin": "admin",
    "api": "files",
    "files": "files",
    "r": "files",
    "s": "files",
    "notifications": "notifications",
    "outbox": "notifications",
}
# The start page only leads on to the files.
ROOT = "files"


def role_of(path: str) -> str:
    """Return the role that serves a path; "" for one that every role serves, or none."""
    first = path.strip("/").partition("/")[0]
    return PREFIXES.get(first, "") if first else ROOT


class RoleMiddleware:
    """Answer 404 for what another role serves: not even a mistaken balancer mixes them."""

    def __init__(self, get_response: GetResponse) -> None:
        if settings.SERVICE == ALL:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        role = role_of(request.path)
        if role and role != settings.SERVICE:
            words = f"Another role serves this: {role}, not {settings.SERVICE}.\n"
            return HttpResponseNotFound(words, content_type="text/plain")
        return self.get_response(request)
