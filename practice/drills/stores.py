"""Drills that trouble the disk of the store of the files."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from practice.drills.drill import Drill
from practice.drills.observe import Signal
from practice.drills.stack import Stack
from practice.drills.trouble import DISK

REFUSED = Signal("StoreFails", "files_storage_errors_total", "grows")


def _disk(how: str) -> Callable[[Stack], AbstractContextManager[None]]:
    return lambda stack: stack.troubled(DISK, how)


def _on_the_disk(stack: Stack) -> None:
    stack.need(FILES_STORE="local")


STORE_FULL = Drill(
    name="store-full",
    breaks="The disk of the store is full.",
    people="Uploads get a 507 that says so and leave nothing behind. All else works.",
    mended="Room is made. Uploads that were refused are sent again.",
    todo="Make room, or move to a bucket: `manage.py migrate_storage`.",
    broken=_disk("ENOSPC"),
    prepare=_on_the_disk,
    signals=(REFUSED,),
    statuses=frozenset({507}),
    quick=2,
)
STORE_READ_ONLY = Drill(
    name="store-read-only",
    breaks="The disk of the store takes no writes, as after a fault of the file system.",
    people="Uploads get a 503 that says when to come back. All else works.",
    mended="The disk is mounted for writing again.",
    todo="`dmesg` has the fault; check the file system, then `manage.py scrub`.",
    broken=_disk("EROFS"),
    prepare=_on_the_disk,
    signals=(REFUSED,),
    statuses=frozenset({503}),
    quick=2,
)
