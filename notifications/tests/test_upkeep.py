"""Operators are told of what was given up: once, and not of the telling."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from notifications.models import Delivery, Notification
from notifications.receivers.upkeep import tell_of_dead_letters
from notifications.tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def give_up(channel: str, *, kind: str = "file_shared", ago: timedelta = timedelta()) -> Delivery:
    context: dict[str, Any] = {"actor": "Rosa", "name": "Plan", "count": 1, "summary": "x"}
    person = PersonFactory.create()
    notice = Notification.objects.create(recipient=person, kind=kind, context=context)
    now = timezone.now()
    return Delivery.objects.create(
        notification=notice, channel=channel, state="dead", due_at=now, finished_at=now - ago
    )


def test_operators_are_told_once(db: None) -> None:
    operator = PersonFactory.create(is_superuser=True)
    PersonFactory.create(is_superuser=True, is_active=False)
    assert tell_of_dead_letters() == 0
    for channel in ("email", "webhook", "email"):
        give_up(channel)
    assert tell_of_dead_letters() == 3
    told = Notification.objects.get(kind="operators_dead_letters", recipient__isnull=False)
    assert told.recipient_id == operator.pk
    assert told.context == {"count": 3, "summary": "email 2, webhook 1"}
    assert tell_of_dead_letters() == 0
    give_up("sms")
    assert tell_of_dead_letters() == 1


def test_what_is_old_is_history() -> None:
    PersonFactory.create(is_superuser=True)
    give_up("email", ago=timedelta(days=2))
    assert tell_of_dead_letters() == 0


def test_notices_do_not_tell_of_each_other() -> None:
    PersonFactory.create(is_superuser=True)
    give_up("email", kind="operators_dead_letters")
    assert tell_of_dead_letters() == 0
