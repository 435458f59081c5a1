"""`manage.py migrate_storage` is killed with -9 in the middle, and goes on: nothing is lost."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as current
from django.db import connection
from django.utils import timezone

from devops360.tests.processes import ROOT, environment
from files.blobs import read_blob
from files.models import Blob, Version
from files.relocation import delete_originals
from files.stores import store_named
from files.tests.factories import OwnerFactory, make_file
from files.tree import root_of
from files.uploads.strays import clear_strays
from tests.s3 import Bucket
from tests.stores.middleman import Middleman, middleman

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = 12
# Several parts to S3, so that a copy can be met half-way.
LARGE = 17 * 1024**2
FILES = SMALL + 1
SECONDS = 60


@pytest.fixture
def moving(bucket: Bucket, settings: Any) -> Bucket:
    """A vault on the disk, whose new bytes go to the bucket from now on."""
    settings.STORAGES = settings.STORAGES | {"s3": bucket.store}
    root = root_of(OwnerFactory())
    for number in range(SMALL):
        make_file(root, f"{number}.txt", os.urandom(2000))
    make_file(root, "large.bin", os.urandom(LARGE))
    settings.S3_BUCKET = bucket.name
    settings.FILES_STORE = "s3"
    return bucket


def database_url() -> str:
    """Return where this test's own database is, for another process."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture
def network(bucket: Bucket) -> Iterator[Middleman]:
    """What lies between the command and the bucket: it can hold a copy where it is met half-way."""
    with middleman(bucket.url) as man:
        yield man


def start(bucket: Bucket, network: Middleman, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate_storage", "--to", "s3", *more],
        cwd=ROOT,
        env=environment(
            current.STATE_DIR,
            **bucket.environment | {"S3_ENDPOINT_URL": network.url},
            DATABASE_URL=database_url(),
            MEDIA_ROOT=str(current.MEDIA_ROOT),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def run(moving: Bucket, network: Middleman) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start the command; none outlives the test."""
    started: list[subprocess.Popen[str]] = []

    def run(*more: str) -> "subprocess.Popen[str]":
        started.append(start(moving, network, *more))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def kill_once(process: "subprocess.Popen[str]", true: Callable[[], bool]) -> None:
    """Kill the command as soon as it has come so far."""
    deadline = time.monotonic() + SECONDS
    while not true():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "it never came so far"
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -9, "it had ended before"


def hold_the_large_one(network: Middleman) -> None:
    """Let its completing take so long that a kill always comes before it."""
    network.make("slow", method="POST", words="uploadId=", times=1)


def finish(process: "subprocess.Popen[str]") -> str:
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    return said


def moved() -> int:
    return Blob.objects.filter(store="s3").count()


def originals() -> int:
    local = store_named("local")
    return sum(local.exists(key) for key in Blob.objects.values_list("key", flat=True))


def assert_nothing_lost() -> None:
    """Every file reads back as what it was, wherever it lies now."""
    held = Version.objects.select_related("blob")
    assert len(held) == FILES
    for version in held:
        digest = hashlib.sha256(b"".join(read_blob(version.blob)))
        assert digest.hexdigest() == version.blob.sha256, version.blob.store


def test_killed_in_the_middle_it_goes_on(
    moving: Bucket, network: Middleman, run: Callable[..., "subprocess.Popen[str]"]
) -> None:
    hold_the_large_one(network)
    kill_once(run(), lambda: bool(moving.unfinished()))
    assert_nothing_lost()
    before = moved()
    hold_the_large_one(network)
    kill_once(run(), lambda: moved() > before)
    assert_nothing_lost()
    assert 0 < moved() < FILES
    assert originals() == FILES
    rest = FILES - moved()
    assert f"{rest} of {rest} blobs moved to s3" in finish(run())
    assert moved() == originals() == FILES
    assert not Blob.objects.filter(verified_at=None).exists()
    assert_nothing_lost()
    # A copy that broke off lies in the bucket as parts: the daily job's.
    clear_strays(now=timezone.now() + timedelta(days=2))
    assert moving.unfinished() == []
    assert sorted(Blob.objects.values_list("key", flat=True)) == moving.keys()


def test_killed_while_originals_are_deleted(
    moving: Bucket, run: Callable[..., "subprocess.Popen[str]"]
) -> None:
    finish(run())
    assert delete_originals(to="s3").deleted == 0, "somebody may still be reading"
    Blob.objects.update(moved_at=timezone.now() - timedelta(days=2))
    kill_once(run("--delete-verified"), lambda: originals() < FILES)
    assert originals() > 0
    assert_nothing_lost()
    finish(run("--delete-verified"))
    assert originals() == 0
    assert_nothing_lost()
