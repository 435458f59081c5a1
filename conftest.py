"""What every test runs under: a throw-away place, settings of their own, no network."""

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings
from django.test import TransactionTestCase

from tests.s3 import S3, Bucket, running_s3

# The place and the settings are chosen here, while this file is imported: pytest-django loads
# the settings afterwards. Nothing of the developer's own environment may leak in.
PLACE = Path(tempfile.mkdtemp(prefix="devops360-tests-"))
atexit.register(shutil.rmtree, PLACE, ignore_errors=True)
(PLACE / "static").mkdir()
LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}
FOREIGN = (
    "ALLOWED_HOSTS",
    "DATABASE_SECRET_ID",
    "DEBUG",
    "EMAIL_FROM",
    "EMAIL_URL",
    "PORT",
    "S3_BUCKET",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "SITE_NAME",
    "SITE_URL",
    "TRUSTED_PROXIES",
)
FAULTS = Path(__file__).parent / "tests" / "faults"
# They hand a database of the engine that is under test on to processes of their own.
ON_THE_ENGINE = {
    Path(__file__).parent / "tests" / "operations" / name
    for name in ("test_backups.py", "test_migrations.py", "test_traces.py")
}
# What a test asks pytest-django for, marked or not.
OF_A_DATABASE = {"db", "transactional_db", "django_db_setup", "admin_client", "admin_user"}
for name in list(os.environ):
    if name in FOREIGN or name.startswith(("FILES_", "AWS_", "ACCOUNT_", "OTEL_", "TASKS_")):
        del os.environ[name]
os.environ.update(
    DJANGO_SETTINGS_MODULE="devops360.settings",
    ENVIRONMENT="test",
    EMAIL_URL="memory:",
    STATE_DIR=str(PLACE / "var"),
    MEDIA_ROOT=str(PLACE / "media"),
    STATIC_ROOT=str(PLACE / "static"),
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest; on a second database, leave out what has run on the first.

    ONLY_WITH_DATABASE=1: run what is marked so, and what hands the database on to processes.
    """
    items.sort(key=lambda item: item.path.parent != FAULTS)
    if os.environ.get("ONLY_WITH_DATABASE") != "1":
        return
    others = [item for item in items if not _has_to_do_with_databases(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if _has_to_do_with_databases(item)]


def _has_to_do_with_databases(item: pytest.Item) -> bool:
    if item.path in ON_THE_ENGINE:
        return True
    kind = getattr(item, "cls", None)
    if kind is not None and issubclass(kind, TransactionTestCase):
        return True
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & OF_A_DATABASE)


pytest_plugins = ["tests.rights"]

# Now, not in a hook: the conftests of the apps are imported next, and they import models.
django.setup()
# A process of pytest-xdist read its settings before this file, from the environment of the one
# that started it: its media would be everybody's, and never cleaned.
settings.MEDIA_ROOT = PLACE / "media"
settings.STATIC_ROOT = PLACE / "static"
settings.STATE_DIR = PLACE / "var"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> None:
    """Keep SQLite's test database in a file: only there do threads lock as in production."""
    database = settings.DATABASES["default"]
    if str(database["ENGINE"]).endswith("sqlite3"):
        test = database.setdefault("TEST", {})
        assert isinstance(test, dict)
        test["NAME"] = str(PLACE / "test.sqlite3")


@pytest.fixture(autouse=True)
def _clean_media() -> Iterator[None]:
    yield
    media = PLACE / "media"
    if media.exists():
        shutil.rmtree(media)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Let tests reach this machine alone."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise OSError(f"tests may not reach the network: {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """Run an S3 server, started by the first test that asks for it."""
    with running_s3() as server:
        yield server


@pytest.fixture
def bucket(s3: S3) -> Iterator[Bucket]:
    """Give the test a bucket of its own."""
    bucket = s3.make_bucket()
    yield bucket
    bucket.delete()


@pytest.fixture
def on_s3(bucket: Bucket, settings: Any) -> Bucket:
    """Let this process keep new files in the bucket, as FILES_STORE=s3 does."""
    settings.S3_BUCKET = bucket.name
    settings.FILES_STORE = "s3"
    settings.STORAGES = settings.STORAGES | {"s3": bucket.store, "default": bucket.store}
    return bucket
