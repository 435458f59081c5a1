"""Whatever TASKS_BACKEND names: what is asked for is run, kept, or left for the worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.tasks import TaskResultStatus, task_backends
from django.tasks.backends.dummy import DummyBackend
from django_tasks_db.models import DBTaskResult

from devops360 import environment as env
from devops360.schedule import run_now
from devops360.tests import tasks
from devops360.tests.processes import manage
from devops360.worker import VaultWorker
from notifications.events import notify
from notifications.models import Delivery
from notifications.tests.factories import PersonFactory

READY, DONE = TaskResultStatus.READY, TaskResultStatus.SUCCESSFUL


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[[str], None]:
    def choose(name: str) -> None:
        monkeypatch.setenv("TASKS_BACKEND", name)
        settings.TASKS = {"default": env.tasks("database")}

    return choose


def work_off() -> None:
    VaultWorker(batch=True, delivers=False).run()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "at_once", "later"),
    [("immediate", DONE, DONE), ("dummy", READY, READY), ("database", READY, DONE)],
)
def test_a_task_is_run_at_once_never_or_by_the_worker(
    engine: Callable[[str], None],
    tmp_path: Path,
    name: str,
    at_once: TaskResultStatus,
    later: TaskResultStatus,
) -> None:
    engine(name)
    notes = tmp_path / "notes"
    result = tasks.note.enqueue(str(notes), "done")
    assert result.status == at_once
    assert notes.exists() == (at_once == DONE)
    work_off()
    assert notes.exists() == (later == DONE)
    if name == "database":
        result.refresh()
        assert result.status == later


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("name", "at_once", "later"), [("immediate", 1, 1), ("database", 0, 1)])
def test_the_outbox_can_be_a_task_of_theirs(
    engine: Callable[[str], None], settings: Any, name: str, at_once: int, later: int
) -> None:
    settings.OUTBOX_DRIVER = "tasks"
    engine(name)
    notify(kind="file_shared", to=PersonFactory(), context={"actor": "Rosa", "name": "Plan"})
    assert len(mail.outbox) == at_once
    work_off()
    assert len(mail.outbox) == later
    assert DBTaskResult.objects.count() == later - at_once


@pytest.mark.django_db(transaction=True)
def test_where_nothing_runs_it_is_known_what_was_asked_for(
    engine: Callable[[str], None], settings: Any
) -> None:
    settings.OUTBOX_DRIVER = "tasks"
    engine("dummy")
    notify(kind="file_shared", to=PersonFactory(), context={"actor": "Rosa", "name": "Plan"})
    backend = task_backends["default"]
    assert isinstance(backend, DummyBackend)
    (asked,) = backend.results
    assert asked.task.module_path == "notifications.outbox.tasks.deliver_due"
    assert mail.outbox == []
    # What is owed is in rows, whatever becomes of the task: any worker finds it.
    assert Delivery.objects.filter(state="pending").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["immediate", "dummy"])
def test_what_others_keep_is_theirs_to_forget(engine: Callable[[str], None], name: str) -> None:
    engine(name)
    assert run_now("prune_tasks") == "None"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ('{"RQ_QUEUES": {"default": {"HOST": "localhost"}}}', "{'default': {'HOST': 'localhost'}}"),
        ('{"SECRET_KEY": "x"}', "TASKS_SETTINGS must not set SECRET_KEY."),
        ('{"APPEND_SLASH": false}', "TASKS_SETTINGS must not set APPEND_SLASH."),
    ],
)
def test_an_engine_has_settings_of_its_own(tmp_path: Path, given: str, said: str) -> None:
    show = "from django.conf import settings; print(settings.RQ_QUEUES)"
    done = manage("shell", "--no-imports", "-c", show, state=tmp_path, TASKS_SETTINGS=given)
    assert said in done.stdout + done.stderr
