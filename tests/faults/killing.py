"""Kill a step of a protocol at every instant at which it may matter.

A child process runs the step, and kills itself (SIGKILL) at the n-th time that it enters or leaves
another function of what writes: the uploads, the store, the quota. For every n, until it gets
through.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.db import connection

from files.stores import S3, configured_stores, store_named

BASE = Path(settings.BASE_DIR) / "files"
WRITERS = ("uploads/", "storage.py", "quota.py", "blobs.py")
MANY = 5000


def every_step(step: Callable[[], Any], *, within: Sequence[str] = WRITERS) -> Iterator[int]:
    """Yield after each death, with the step's number; and 0 once it got through.

    `within` are the modules of files, or packages with a slash, whose functions are counted.
    """
    paths = tuple(str(BASE) + f"/{name}" for name in within)
    for number in range(1, MANY):
        if not _killed_at(number, step, paths):
            yield 0
            return
        yield number
    raise AssertionError("it never ends")


def _killed_at(number: int, step: Callable[[], Any], within: tuple[str, ...]) -> bool:
    """Run the step in a child that dies there. False if it got to its end."""
    _let_go()
    child = os.fork()
    if child == 0:
        _run_and_die(number, step, within)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "see the traceback above"
    return False


def _run_and_die(number: int, step: Callable[[], Any], within: tuple[str, ...]) -> None:
    passed: set[tuple[str, int, str]] = set()

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(within):
            return None
        frame.f_trace_lines = False
        passed.add((code.co_filename, code.co_firstlineno, event))
        if len(passed) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    status = 1
    try:
        sys.settrace(count)
        step()
        status = 0
    finally:
        sys.settrace(None)
        if status:
            sys.excepthook(*sys.exc_info())
        # Nothing of pytest's goes on in the child.
        os._exit(status)


def _let_go() -> None:
    """Let go of the database and the bucket: a connection must not be in two processes."""
    if S3 in configured_stores():
        bucket: Any = store_named(S3)
        bucket.client.close()
    connection.close()
    # PostgreSQL's backend alone has a pool.
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()
