"""Jobs by the clock: each once per period, however many schedulers, and what became of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from devops360 import schedule
from devops360.models import JobRun
from devops360.observability.state import StateCollector
from devops360.schedule import DAY, JOBS, Job, run_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _queued(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> str:
    def fail() -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setitem(JOBS, "failing", Job("failing", DAY, fail))
    return "failing"


@pytest.mark.django_db(transaction=True)
def test_of_eight_schedulers_one_enqueues_each_job() -> None:
    barrier = Barrier(8)

    def look(_number: int) -> list[str]:
        barrier.wait()
        try:
            return schedule.enqueue_due()
        finally:
            connection.close()

    for _ in range(2):
        with ThreadPoolExecutor(8) as pool:
            taken = [name for names in pool.map(look, range(8)) for name in names]
        assert sorted(taken) == sorted(JOBS)
        JobRun.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert DBTaskResult.objects.count() == 2 * len(JOBS)


def test_nothing_due_costs_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    schedule.enqueue_due()
    with django_assert_num_queries(1):
        assert schedule.enqueue_due() == []


def test_how_it_went_is_written_down() -> None:
    run_now("purge_old_trash")
    run = JobRun.objects.get(pk="purge_old_trash")
    assert run.started_at is not None
    assert run.finished_at is not None
    assert (run.failures, run.outcome) == (0, "0")


def test_failures_are_counted_until_it_ends_well(
    failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError):
            run_now(failing)
    run = JobRun.objects.get(pk=failing)
    assert (run.failures, run.finished_at) == (2, None)
    assert run.outcome == "RuntimeError: the disk is gone"
    monkeypatch.setitem(JOBS, failing, Job(failing, DAY, lambda: "mended"))
    run_now(failing)
    run.refresh_from_db()
    assert (run.failures, run.outcome) == (0, "mended")


def test_metrics_tell_of_jobs(failing: str) -> None:
    run_now("purge_old_trash")
    with pytest.raises(RuntimeError):
        run_now(failing)
    samples = {
        (sample.name, sample.labels.get("job_name")): sample.value
        for family in StateCollector().collect()
        for sample in family.samples
    }
    assert samples["job_failures", failing] == 1
    assert ("job_last_success_timestamp_seconds", failing) not in samples
    ended = samples["job_last_success_timestamp_seconds", "purge_old_trash"]
    assert samples["job_next_run_timestamp_seconds", "purge_old_trash"] > ended > 0


def test_a_job_is_run_by_command() -> None:
    out = StringIO()
    call_command("run_job", "purge_old_trash", stdout=out)
    assert out.getvalue() == "purge_old_trash: 0\n"
    with pytest.raises(CommandError, match="no job nothing"):
        call_command("run_job", "nothing")
    call_command("run_job", stdout=out)
    assert all(name in out.getvalue() for name in JOBS)
