"""Which request a line of the log belongs to: carried along threads and tasks."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# What a proxy may hand over. Anything else could forge lines of the log (ASVS 5.0: 16.4.1).
ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the id of the request that is being answered or worked for; "" outside of one."""
    return _request_id.get()


def request_id_from(header: str) -> str:
    """Return the id that a proxy has given, or a new one where it gave none that is acceptable."""
    return header if ACCEPTABLE.fullmatch(header) else secrets.token_hex(8)


@contextmanager
def within_request(request_id: str) -> Iterator[None]:
    """Let everything inside, lines of the log and tasks, belong to the request."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)
