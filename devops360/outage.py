"""A database that does not answer: one request at a time finds out, the others are told at once.

Who waits for a connection holds a thread. With every thread waiting nobody would get an answer, not
even `/livez`, and Kubernetes would kill what only waits.
"""

import threading
import time

from django.db import InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

PAUSE = 1.0
# As long as a try can last: the pool's time-out, and what is done after it.
TRY = 4.0


class Outage:
    """What this process knows of it. Times are of the monotonic clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # 0: there is none.
        self._next_try = 0.0

    def begin(self) -> None:
        self._next_try = time.monotonic() + PAUSE

    def end(self) -> None:
        self._next_try = 0.0

    def lets_through(self) -> bool:
        """Return whether a request may ask the database: each, or one after each pause."""
        with self._lock:
            if not self._next_try:
                return True
            now = time.monotonic()
            if now < self._next_try:
                return False
            self._next_try = now + TRY
            return True


outage = Outage()


def is_outage(error: BaseException | None) -> bool:
    """Return whether an error is worth another try, and not a defect."""
    return isinstance(error, (OperationalError, InterfaceError))


def waited_in_vain(error: BaseException | None) -> bool:
    """Return whether no connection was to be had: the others need not wait for one."""
    return is_outage(error) and error is not None and isinstance(error.__cause__, PoolTimeout)
