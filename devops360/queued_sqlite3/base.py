"""Django's SQLite backend, whose writers wait for each other without sleeping through their turn.

SQLite has one writer at a time. Who finds another at it sleeps and looks again after 1, 2, 5, 10
and up to 100 milliseconds: with eight uploads at once most of the time was slept through. Here the
threads of a process queue at a lock, which wakes the next one at once, so that one of each process
at most has to look again and again; it does so every half millisecond.
"""

import os
import threading
import time
from collections import defaultdict
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

# Between two looks at the lock of another process.
LOOK_SECONDS = 0.0005
# sqlite3's own default, where OPTIONS say nothing.
PATIENCE_SECONDS = 5.0

# By database; a process that was forked has queues of its own.
_queues: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
os.register_at_fork(after_in_child=_queues.clear)


class DatabaseWrapper(base.DatabaseWrapper):
    """Transactions take the process's lock first, and hold it until they have ended."""

    _held: threading.Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        patience = float(self.settings_dict["OPTIONS"].get("timeout", PATIENCE_SECONDS))
        deadline = time.monotonic() + patience
        queue = _queues[str(self.settings_dict["NAME"])]
        if not queue.acquire(timeout=patience):
            raise OperationalError("database is locked")
        self._held = queue
        try:
            self._begin(deadline, patience)
        except BaseException:
            self._leave()
            raise

    def _begin(self, deadline: float, patience: float) -> None:
        connection: Any = self.connection
        connection.execute("PRAGMA busy_timeout=0")
        try:
            while True:
                try:
                    super()._start_transaction_under_autocommit()  # type: ignore[misc]
                except OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
                    time.sleep(LOOK_SECONDS)
                else:
                    return
        finally:
            # For writes outside of a transaction, which wait as SQLite does.
            connection.execute(f"PRAGMA busy_timeout={int(patience * 1000)}")

    def _leave(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()

    def _commit(self) -> None:
        # Where it fails, the transaction is still open: Django rolls it back.
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave()
