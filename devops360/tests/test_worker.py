"""Retries, leases, and a worker that is really killed."""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max
from pytest_django import Settings

from accounts import archives
from accounts.tests.factories import UserFactory
from devops360 import schedule, worker
from devops360.tests.processes import ROOT, environment, give_tables, manage
from notifications import letters
from notifications.models import Delivery, Notification

type Result = DBTaskResult[Any, Any]


@pytest.fixture(autouse=True)
def _tasks_in_the_database(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


def make_result(
    name: str = "fail",
    *,
    status: TaskResultStatus = TaskResultStatus.READY,
    attempts: int = 0,
    arguments: tuple[str, ...] = (),
    **dates: datetime,
) -> Result:
    return DBTaskResult.objects.create(
        task_path=f"devops360.tests.tasks.{name}",
        status=status,
        worker_ids=["w"] * attempts,
        args_kwargs={"args": list(arguments), "kwargs": {}},
        backend_name="default",
        run_after=get_date_max(),
        exception_class_path="",
        traceback="",
        **dates,
    )


@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_what_is_ready(tmp_path: Path) -> None:
    result = make_result("note", arguments=(str(tmp_path / "notes"), "done"))
    worker.VaultWorker(batch=True).run()
    result.refresh_from_db()
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert (tmp_path / "notes").read_text() == "done\n"


@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_is_owed() -> None:
    for delivers, state in ((False, "pending"), (True, "sent")):
        letters.post(
            to="kim@example.com", subject="s", text="t", html="", good_for=timedelta(hours=1)
        )
        worker.VaultWorker(batch=True, delivers=delivers).run()
        assert Delivery.objects.latest("pk").state == state


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_tried_again_later_and_later_until_it_stays() -> None:
    result = make_result("fail")
    now = timezone.now()
    waits = []
    for _ in range(worker.MAX_ATTEMPTS):
        worker.VaultWorker(batch=True).run()
        result.refresh_from_db()
        assert result.status == TaskResultStatus.FAILED
        assert "as always" in result.traceback
        if worker.retry_failed():
            result.refresh_from_db()
            waits.append((result.run_after - now).total_seconds())
            DBTaskResult.objects.update(run_after=now)
    result.refresh_from_db()
    assert result.status == TaskResultStatus.FAILED
    assert len(result.worker_ids) == worker.MAX_ATTEMPTS
    assert waits == sorted(waits)
    assert len(waits) == worker.MAX_ATTEMPTS - 1
    assert waits[0] >= 5


@pytest.mark.django_db
def test_old_failures_are_left_alone() -> None:
    long_ago = timezone.now() - worker.RETRY_WINDOW - timedelta(minutes=1)
    make_result(status=TaskResultStatus.FAILED, attempts=1, finished_at=long_ago)
    assert worker.retry_failed() == 0


@pytest.mark.parametrize(("attempts", "least"), [(1, 5), (2, 20), (3, 80), (4, 320)])
def test_the_wait_grows_with_jitter(attempts: int, least: int) -> None:
    waits = {worker.delay_after(attempts).total_seconds() for _ in range(20)}
    assert len(waits) > 1
    assert all(least <= wait <= least * 4 / 3 for wait in waits)


@pytest.mark.django_db
def test_a_running_task_is_abandoned_only_after_its_lease() -> None:
    now = timezone.now()
    fresh = make_result(status=TaskResultStatus.RUNNING, attempts=1, started_at=now)
    stale = make_result(
        status=TaskResultStatus.RUNNING, attempts=1, started_at=now - timedelta(seconds=61)
    )
    assert worker.revive_abandoned() == 1
    fresh.refresh_from_db()
    stale.refresh_from_db()
    assert (fresh.status, stale.status) == (TaskResultStatus.RUNNING, TaskResultStatus.READY)


@pytest.mark.django_db
def test_a_task_that_kills_every_worker_fails_for_good() -> None:
    killer = make_result(
        status=TaskResultStatus.RUNNING,
        attempts=worker.MAX_ATTEMPTS,
        started_at=timezone.now() - timedelta(hours=1),
    )
    assert worker.revive_abandoned() == 0
    killer.refresh_from_db()
    assert killer.status == TaskResultStatus.FAILED
    assert "No worker survived it" in killer.traceback
    assert worker.retry_failed() == 0


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_an_archive_is_told_once_it_has_failed_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(**_named: object) -> None:
        raise OSError("full")

    monkeypatch.setattr("accounts.archives.make", full)
    archive = archives.ask(user=UserFactory())
    task = DBTaskResult.objects.get()
    for attempt in range(1, worker.MAX_ATTEMPTS + 1):
        archive.refresh_from_db()
        assert archive.state == "asked", attempt
        worker.VaultWorker(batch=True, delivers=False).run()
        worker.retry_failed()
        DBTaskResult.objects.filter(pk=task.pk).update(run_after=timezone.now())
    archive.refresh_from_db()
    assert archive.state == "failed"
    assert Notification.objects.filter(kind="export_failed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_so_it_is_where_packing_killed_every_worker() -> None:
    archive = archives.ask(user=UserFactory())
    DBTaskResult.objects.update(
        status=TaskResultStatus.RUNNING,
        worker_ids=["w"] * worker.MAX_ATTEMPTS,
        started_at=timezone.now() - timedelta(hours=1),
    )
    worker.revive_abandoned()
    archive.refresh_from_db()
    assert archive.state == "failed"
    assert Notification.objects.filter(kind="export_failed").count() == 1


@pytest.mark.django_db
def test_a_living_worker_renews_its_lease() -> None:
    an_hour_ago = timezone.now() - timedelta(hours=1)
    result = make_result(status=TaskResultStatus.RUNNING, attempts=1, started_at=an_hour_ago)
    living = worker.VaultWorker()
    living.current = result
    living._renew_lease()
    assert worker.revive_abandoned() == 0


@pytest.mark.django_db(transaction=True)
def test_the_worker_outlives_a_database_that_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [OperationalError("server closed the connection"), None]
    monkeypatch.setattr(worker, "DATABASE_GONE_SECONDS", 0)

    def run(self: object) -> None:
        answer = answers.pop(0)
        if answer:
            raise answer

    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.Worker.run", run)
    worker.VaultWorker(batch=True).run()
    assert answers == []


@pytest.mark.django_db
def test_each_job_is_enqueued_once_per_period() -> None:
    assert schedule.enqueue_due() == list(schedule.JOBS)
    assert schedule.enqueue_due() == []
    assert DBTaskResult.objects.count() == len(schedule.JOBS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", list(schedule.JOBS))
def test_every_job_runs_on_an_empty_site(name: str) -> None:
    schedule.run_job.func(name)


def wait_for(condition: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def start_worker(state: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=ROOT, env=environment(state)
    )


def test_a_killed_workers_task_is_taken_up_by_the_next(tmp_path: Path) -> None:
    attempts = tmp_path / "attempts"
    attempts.touch()
    give_tables(tmp_path)
    code = f"from devops360.tests.tasks import hang_once; hang_once.enqueue({str(attempts)!r})"
    assert manage("shell", "--no-imports", "-c", code, state=tmp_path).returncode == 0

    first = start_worker(tmp_path)
    wait_for(lambda: attempts.read_text() == "begun\n", seconds=20)
    first.kill()
    first.wait()
    with sqlite3.connect(tmp_path / "db.sqlite3") as database:
        # An hour passes.
        database.execute(
            "UPDATE django_tasks_database_dbtaskresult SET started_at = '2020-01-01 00:00:00'"
            " WHERE status = 'RUNNING'"
        )
    database.close()

    second = start_worker(tmp_path)
    wait_for(lambda: attempts.read_text().endswith("finished\n"), seconds=20)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=10) == 0
    assert attempts.read_text() == "begun\nbegun\nfinished\n"
