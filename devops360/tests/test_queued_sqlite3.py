"""The queue of SQLite's writers: one at a time, woken at once, and free again however one ends."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction
from django.db.backends.sqlite3 import base
from django.utils import timezone

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="the queue of SQLite"),
]


def write(key: str) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now())


def elsewhere(do: Callable[[], Any]) -> Any:
    """Do it in another thread, which has a connection of its own."""

    def done() -> Any:
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result(timeout=30)


def write_in_a_transaction(key: str = "elsewhere") -> None:
    with transaction.atomic():
        write(key)


@pytest.fixture
def hurried() -> Iterator[None]:
    """Let transactions give up after a fifth of a second."""
    options = connection.settings_dict["OPTIONS"]
    kept = options["timeout"]
    options["timeout"] = 0.2
    yield
    options["timeout"] = kept


def test_many_writers_at_once_all_get_their_turn() -> None:
    def add(number: int) -> None:
        with transaction.atomic():
            before = Session.objects.count()
            write(f"{number}")
            assert Session.objects.count() == before + 1
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(80)))
    assert Session.objects.count() == 80


def test_who_waits_is_woken_at_once() -> None:
    """SQLite's own sleeps come to 100 ms each after a quarter of a second."""
    inside, waited = threading.Event(), 0.0

    def wait() -> None:
        nonlocal waited
        inside.wait()
        with transaction.atomic():
            waited = time.monotonic()
        connection.close()

    waiting = threading.Thread(target=wait)
    waiting.start()
    with transaction.atomic():
        inside.set()
        time.sleep(0.4)
    over = time.monotonic()
    waiting.join()
    assert waited - over < 0.05


def test_a_writer_of_another_process_is_waited_for() -> None:
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        turn = pool.submit(elsewhere, write_in_a_transaction)
        time.sleep(0.3)
        assert not turn.done()
        other.execute("COMMIT")
        turn.result(timeout=10)
    other.close()
    assert Session.objects.filter(pk="elsewhere").exists()


@pytest.mark.usefixtures("hurried")
def test_a_writer_that_does_not_end_is_not_waited_for_for_ever() -> None:
    with transaction.atomic(), pytest.raises(OperationalError, match="locked"):
        elsewhere(write_in_a_transaction)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        write_in_a_transaction("mine")
    other.close()
    # Who gave up holds nobody up.
    elsewhere(write_in_a_transaction)


def test_the_next_one_may_after_a_rollback() -> None:
    @transaction.atomic
    def fail() -> None:
        write("mine")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    elsewhere(write_in_a_transaction)
    assert [row.pk for row in Session.objects.all()] == ["elsewhere"]


def test_the_next_one_may_after_a_connection_was_lost() -> None:
    @transaction.atomic
    def lose() -> None:
        write("mine")
        connection.close()
        raise OperationalError("gone")

    with pytest.raises(OperationalError, match="gone"):
        elsewhere(lose)
    elsewhere(write_in_a_transaction)
    assert [row.pk for row in Session.objects.all()] == ["elsewhere"]


def test_the_next_one_may_after_a_commit_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: object) -> None:
        raise OperationalError("full")

    with monkeypatch.context() as patch:
        patch.setattr(base.DatabaseWrapper, "_commit", full)
        with pytest.raises(OperationalError, match="full"), transaction.atomic():
            write("mine")
    elsewhere(write_in_a_transaction)
    assert [row.pk for row in Session.objects.all()] == ["elsewhere"]
