"""Announcements: written in the admin, confirmed, sent once, to whom they are for."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from notifications import announcements
from notifications.announcements import tell_everybody
from notifications.errors import NotificationError
from notifications.models import Announcement, Delivery, Notification, Preference
from notifications.tests.factories import PersonFactory

LIST = "/admin/notifications/announcement/"


@pytest.fixture
def admin(db: None) -> Client:
    boss = PersonFactory(is_staff=True, is_superuser=True, last_login=timezone.now())
    client = Client()
    client.force_login(boss)
    device = TOTPDevice.objects.create(user=boss, confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def draft(**more: Any) -> Announcement:
    fields: dict[str, Any] = {"title": "Sunday", "text": "Read-only from six."}
    return Announcement.objects.create(**(fields | more))


def act(admin: Client, *drafts: Announcement, **more: str) -> Any:
    fields = {"action": "send", "_selected_action": [str(each.pk) for each in drafts], **more}
    return admin.post(LIST, fields)


def told() -> list[Any]:
    """Run what was enqueued, and return who was told."""
    for announcement in Announcement.objects.exclude(sent_at=None):
        tell_everybody.call(announcement.pk)
    return list(Notification.objects.values_list("recipient", flat=True))


def test_it_is_shown_once_more_before_it_goes(admin: Client) -> None:
    PersonFactory(last_login=timezone.now())
    PersonFactory()
    admin.post(f"{LIST}add/", {"title": "Sunday", "text": "Read-only.", "audience": "everybody"})
    announcement = Announcement.objects.get()
    assert announcement.author is not None
    asked = act(admin, announcement)
    assert "2 people" in asked.text
    assert Announcement.objects.filter(sent_at=None).exists()
    act(admin, announcement, confirmed="yes")
    assert not Announcement.objects.filter(sent_at=None).exists()
    assert LogEntry.objects.filter(change_message="Sent").exists()
    assert len(told()) == 2


def test_once_however_often_the_task_runs(db: None) -> None:
    PersonFactory.create_batch(3, last_login=timezone.now())
    announcement = draft()
    announcements.send(announcement=announcement)
    with pytest.raises(NotificationError, match="before"):
        announcements.send(announcement=announcement)
    assert len(told()) == 3
    assert len(told()) == 3
    announcement.refresh_from_db()
    assert announcement.told == 3


def test_the_audience(db: None) -> None:
    now = timezone.now()
    PersonFactory(last_login=now, is_active=False)
    PersonFactory()
    person, staff = PersonFactory(last_login=now), PersonFactory(last_login=now, is_staff=True)
    everybody = announcements.audience_of(draft())
    assert set(everybody) == {person, staff}
    assert list(announcements.audience_of(draft(audience="staff"))) == [staff]


def test_by_mail_where_asked_for_and_not_switched_off(db: None) -> None:
    glad, deaf = PersonFactory.create_batch(2, last_login=timezone.now())
    Preference.objects.create(user=deaf, subject="announcements", channel="email", mode="off")
    for by_email in (False, True):
        announcements.send(announcement=draft(by_email=by_email))
    told()
    assert Delivery.objects.get().address == glad.email


def test_what_was_sent_cannot_be_changed(admin: Client) -> None:
    announcement = draft(sent_at=timezone.now())
    fields = {"title": "Monday", "text": "x", "audience": "everybody"}
    assert admin.post(f"{LIST}{announcement.pk}/change/", fields).status_code == 403
    announcement.refresh_from_db()
    assert announcement.title == "Sunday"
