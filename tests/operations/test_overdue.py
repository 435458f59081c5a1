"""A queue that nobody empties is said in words that CloudWatch's alarm counts."""

import logging
from datetime import timedelta

import pytest
import yaml
from django.core.management import call_command
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from devops360.observability.overdue import LIMITS
from notifications.models import Delivery, Notification
from notifications.tests.factories import PersonFactory
from tests.infra.tools import ROOT


def wait_for(*, task: int, delivery: int) -> None:
    """Let a task and a delivery have waited for so many seconds."""
    now = timezone.now()
    waiting = DBTaskResult.objects.create(
        status=TaskResultStatus.READY,
        args_kwargs={"args": [], "kwargs": {}},
        task_path="devops360.schedule.run_job",
        queue_name="default",
        backend_name="default",
        run_after=get_date_max(),
    )
    DBTaskResult.objects.filter(pk=waiting.pk).update(enqueued_at=now - timedelta(seconds=task))
    notice = Notification.objects.create(recipient=PersonFactory.create(), kind="file_shared")
    due = now - timedelta(seconds=delivery)
    Delivery.objects.create(notification=notice, channel="email", due_at=due)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("task", "delivery", "names"),
    [
        (590, 890, []),
        (700, 890, ["tasks_oldest_age_seconds"]),
        (700, 1000, ["tasks_oldest_age_seconds", "deliveries_oldest_age_seconds/email"]),
    ],
)
def test_the_scheduler_says_which_queue_is_too_old(
    caplog: pytest.LogCaptureFixture, task: int, delivery: int, names: list[str]
) -> None:
    wait_for(task=task, delivery=delivery)
    with caplog.at_level(logging.WARNING):
        call_command("enqueue_due")
    said = [record.getMessage() for record in caplog.records if "queue too old" in record.msg]
    assert [line.split()[3].removeprefix("name=") for line in said] == names


def test_prometheus_rings_at_the_same_ages() -> None:
    rules = yaml.safe_load((ROOT / "deploy/observability/alerts.yaml").read_text())
    said = " ".join(rule["expr"] for group in rules["groups"] for rule in group["rules"])
    for name, seconds in LIMITS.items():
        assert f"({name}) > {seconds}" in said
