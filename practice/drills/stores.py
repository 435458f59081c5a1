"""Drills that trouble the store of the files: the disk, and the bucket."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from practice.drills.drill import Drill
from practice.drills.observe import Signal
from practice.drills.stack import Stack
from practice.drills.trouble import DISK
from tests.s3 import running_s3
from tests.stores.middleman import Middleman, middleman

REFUSED = Signal("StoreFails", "files_storage_errors_total", "grows")
SLOW_SECONDS = "1.2"


def _disk(how: str) -> Callable[[Stack], AbstractContextManager[None]]:
    return lambda stack: stack.troubled(DISK, how)


def _on_the_disk(stack: Stack) -> None:
    stack.need(FILES_STORE="local")


def _on_a_bucket(stack: Stack) -> None:
    """Have new files go to SeaweedFS, by way of somebody who can refuse in its place."""
    if "bucket" not in stack.beside:
        s3 = stack.ending.enter_context(running_s3())
        bucket = s3.make_bucket()
        stack.beside["bucket"] = stack.ending.enter_context(middleman(s3.url))
        by_way = {"S3_ENDPOINT_URL": stack.beside["bucket"].url, "S3_PROXY": "1"}
        stack.need(**bucket.environment | by_way)
    stack.need(FILES_STORE="s3")


@contextmanager
def _bucket_fails(stack: Stack) -> Iterator[None]:
    man: Middleman = stack.beside["bucket"]
    man.make("500")
    yield
    man.make("")


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
STORE_SLOW = Drill(
    name="store-slow",
    breaks=f"Each fsync of the store's disk takes {SLOW_SECONDS} s.",
    people="Uploads are slow, and all end well. Pages are as quick as ever.",
    mended="The disk is quick again.",
    todo="Look for who else uses the disk (`iostat -x 5`), or for its credits at the provider.",
    broken=_disk(SLOW_SECONDS),
    prepare=_on_the_disk,
    signals=(Signal("StoreIsSlow", "files_store_seconds_bucket", "slows"),),
    quick=4,
)
STORE_FAILS = Drill(
    name="store-fails",
    breaks="The bucket answers 500 to everything.",
    people="Uploads and downloads get a 503 that says when to come back. Pages work.",
    mended="The bucket answers again.",
    todo="The provider's status page; nothing here has to be restarted.",
    broken=_bucket_fails,
    prepare=_on_a_bucket,
    signals=(REFUSED,),
    statuses=frozenset({503}),
    quick=5,
)
