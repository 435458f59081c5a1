"""Kill a step of a protocol at every instant at which it may matter.

A child process runs the step, and kills itself (SIGKILL) at the n-th time that it enters or leaves
another function of what writes: the uploads, the store, the quota. For every n, until it gets
through.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from django.conf import settings
from django.db import connection

from files.activity import Act
from files.conflicts import Conflict
from files.models import Node, Upload
from files.stores import S3, configured_stores, store_named
from files.uploads.create import create_upload

BASE = Path(settings.BASE_DIR) / "files"
WRITERS = ("uploads/", "storage.py", "quota.py", "blobs.py")
MANY = 5000
# Of those that the interpreter keeps free for anybody; coverage has its own.
TOOL = 4


def begin_upload(root: Node, size: int) -> Upload:
    """Begin the upload that is to be killed; begun again after a death, it is the same one."""
    begun = create_upload(
        folder=root,
        path="a/b.bin",
        size=size,
        conflict=Conflict.ASK,
        key="key",
        act=Act(actor=root.owner),
    )
    assert begun.upload is not None
    return begun.upload


def every_step(step: Callable[[], Any], *, within: Sequence[str] = WRITERS) -> Iterator[int]:
    """Yield after each death, with the step's number; and 0 once it got through.

    `within` are the modules of files, or packages with a slash, whose functions are counted.
    """
    paths = tuple(str(BASE) + f"/{name}" for name in within)
    deaths = Deaths(_codes(paths))
    with deaths.watching():
        for number in range(1, MANY):
            if not _killed_at(number, step, deaths):
                yield 0
                return
            yield number
    raise AssertionError("it never ends")


def _codes(paths: tuple[str, ...]) -> set[CodeType]:
    """Return the code of all functions that are loaded from there, nested ones too."""
    functions = [it.__code__ for it in gc.get_objects() if isinstance(it, FunctionType)]
    waiting = [code for code in functions if code.co_filename.startswith(paths)]
    found: set[CodeType] = set()
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting += [inner for inner in code.co_consts if isinstance(inner, CodeType)]
    return found


@dataclass
class Deaths:
    """Counts what functions are entered and left, and dies there if this process is to.

    Only they are slowed down: the interpreter calls nobody for any other (sys.monitoring).
    """

    codes: set[CodeType]
    at: int = 0
    passed: set[tuple[CodeType, bool]] = field(default_factory=set)

    @contextmanager
    def watching(self) -> Iterator[None]:
        monitoring, events = sys.monitoring, sys.monitoring.events
        entered, left = events.PY_START | events.PY_RESUME, events.PY_RETURN | events.PY_YIELD
        monitoring.use_tool_id(TOOL, "killing")
        try:
            for event in (events.PY_START, events.PY_RESUME):
                monitoring.register_callback(TOOL, event, self._enter)
            for event in (events.PY_RETURN, events.PY_YIELD):
                monitoring.register_callback(TOOL, event, self._leave)
            for code in self.codes:
                monitoring.set_local_events(TOOL, code, entered | left)
            yield
        finally:
            monitoring.free_tool_id(TOOL)

    def _enter(self, code: CodeType, _offset: int) -> None:
        self._pass(code, entered=True)

    def _leave(self, code: CodeType, _offset: int, _value: object) -> None:
        self._pass(code, entered=False)

    def _pass(self, code: CodeType, *, entered: bool) -> None:
        if not self.at:
            return
        self.passed.add((code, entered))
        if len(self.passed) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def _killed_at(number: int, step: Callable[[], Any], deaths: Deaths) -> bool:
    """Run the step in a child that dies there. False if it got to its end."""
    _let_go()
    child = os.fork()
    if child == 0:
        deaths.at = number
        _run_to_the_end(step)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "see the traceback above"
    return False


def _run_to_the_end(step: Callable[[], Any]) -> None:
    status = 1
    try:
        step()
        status = 0
    finally:
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
