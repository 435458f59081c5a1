"""Probes: alive is not ready, and what is missing is named."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.tasks import TaskResultStatus
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from devops360 import draining, health
from devops360.observability.state import StateCollector


@pytest.fixture(autouse=True)
def _store(settings: Any) -> None:
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)


def ready(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/readyz")
    return answer.status_code, json.loads(answer.content)["parts"]


def test_a_whole_site_is_ready(client: Client, db: None) -> None:
    status, parts = ready(client)
    assert status == 200
    assert set(parts) == {"process", "database", "migrations", "storage", "queue"}


def test_a_task_that_nobody_takes_is_seen_by_probe_and_alert(client: Client, db: None) -> None:
    task = DBTaskResult.objects.create(
        status=TaskResultStatus.READY,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="devops360.schedule.run_job",
        queue_name="default",
        backend_name="default",
        # As what is to be done at once has it.
        run_after=get_date_max(),
    )
    waiting = DBTaskResult.objects.filter(pk=task.pk)
    waiting.update(enqueued_at=timezone.now() - timedelta(minutes=10))
    assert "oldest task 60" in ready(client)[1]["queue"]
    families = {family.name: family for family in StateCollector().collect()}
    assert 600 <= families["tasks_oldest_age_seconds"].samples[0].value < 660
    assert abs(families["clock_skew_seconds"].samples[0].value) < 5


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_come_by_any_name_and_without_tls(
    client: Client, db: None, settings: Any, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["vault.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path, headers={"Host": "10.0.3.7:8000"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_alive_asks_no_database(client: Client) -> None:
    # No database is allowed in this test: asking it would fail.
    assert client.get("/livez").status_code == 200


def test_a_database_that_is_gone_is_named(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> str:
        raise OperationalError("secret host refused")

    monkeypatch.setitem(health.PARTS, "database", gone)
    status, parts = ready(client)
    assert (status, parts["database"]) == (503, "does not answer")
    assert "secret" not in json.dumps(parts)


def test_a_missing_migration_is_counted(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Behind:
        def __init__(self, connection: Any) -> None:
            self.loader = self
            self.graph = self

        def leaf_nodes(self) -> list[Any]:
            return []

        def migration_plan(self, targets: list[Any]) -> list[str]:
            return ["0099_later", "0100_still_later"]

    monkeypatch.setattr(health, "MigrationExecutor", Behind)
    monkeypatch.setattr(health, "_migrated", set())
    status, parts = ready(client)
    assert (status, parts["migrations"]) == (503, "2 migrations are not applied")


def test_a_store_that_is_gone_is_named(client: Client, db: None, settings: Any) -> None:
    Path(settings.MEDIA_ROOT).rmdir()
    status, parts = ready(client)
    assert (status, parts["storage"]) == (503, "the folder of the store is not there")


def test_a_role_without_files_needs_no_store(client: Client, db: None, settings: Any) -> None:
    Path(settings.MEDIA_ROOT).rmdir()
    settings.SERVICE = "notifications"
    status, parts = ready(client)
    assert (status, parts["storage"]) == (200, "ok, not used here")
    settings.SERVICE = "accounts"  # Pictures of people.
    assert ready(client)[0] == 503


def test_leaving_is_not_ready(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining._leaving, "value", 1)
    status, parts = ready(client)
    assert (status, parts["process"]) == (503, "shutting down")
    assert client.get("/livez").status_code == 200


def test_a_bucket_that_is_not_there_is_named(
    client: Client, db: None, on_s3: Any, settings: Any
) -> None:
    assert ready(client)[0] == 200
    options = settings.STORAGES["s3"]["OPTIONS"] | {"bucket_name": "no-such-bucket"}
    settings.STORAGES = settings.STORAGES | {"s3": settings.STORAGES["s3"] | {"OPTIONS": options}}
    status, parts = ready(client)
    assert (status, parts["storage"]) == (503, "does not answer")
