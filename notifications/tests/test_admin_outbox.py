"""The admin's and the shell's views of the outbox."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from notifications import letters
from notifications.events import notify
from notifications.forgetting import forget_old_notifications
from notifications.models import ChannelState, Delivery, Letter, Notification, Suppression
from notifications.tests.factories import PersonFactory

LIST = "/admin/notifications/delivery/"


@pytest.fixture
def admin(db: None) -> Client:
    boss = PersonFactory(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(boss)
    device = TOTPDevice.objects.create(user=boss, confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


@pytest.fixture
def dead(db: None) -> Delivery:
    notify(
        kind="file_shared",
        to=PersonFactory(email="kim@example.com"),
        context={"actor": "Rosa", "name": "Plan"},
    )
    Delivery.objects.update(state="dead", attempts=3, error="RefusedError: 554 no")
    return Delivery.objects.get()


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_dead_letters_are_seen_and_sent_again(admin: Client, dead: Delivery) -> None:
    page = admin.get(LIST, {"state__exact": "dead"}).text
    assert "kim@example.com" in page
    assert "554 no" in page
    admin.post(LIST, {"action": "send_again", "_selected_action": [str(dead.pk)]})
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)


def test_what_a_letter_says_is_shown_nowhere(admin: Client) -> None:
    owed = letters.post(
        to="a@example.com", subject="Very", text="secret", html="", good_for=timedelta(hours=1)
    )
    page = admin.get(f"{LIST}{owed.pk}/change/").text
    assert "a@example.com" in page
    assert "secret" not in page
    assert owed.letter is not None
    assert owed.letter.sealed not in page


def test_nothing_is_added_or_deleted_by_hand(admin: Client, dead: Delivery) -> None:
    assert admin.get(f"{LIST}add/").status_code == 403
    assert admin.post(f"{LIST}{dead.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_address_is_suppressed_and_lifted(admin: Client) -> None:
    address = "/admin/notifications/suppression/"
    fields = {"channel": "email", "address": "Kim@Example.com", "reason": "opted_out"}
    admin.post(f"{address}add/", fields)
    kept = Suppression.objects.get()
    assert kept.address == "kim@example.com"
    admin.post(f"{address}{kept.pk}/delete/", {"post": "yes"})
    assert not Suppression.objects.exists()


def test_the_shell_lists_and_replays(dead: Delivery) -> None:
    assert "email  dead  1" in said("deliveries")
    assert "554 no" in said("deliveries", failed=True)
    assert said("deliveries", pending=True) == "0 in all.\n"
    assert said("deliveries", replay=True, channel="sms") == "Sent again: 0.\n"
    assert said("deliveries", replay=True, id=[dead.pk]) == "Sent again: 1.\n"
    assert "kim@example.com" in said("deliveries", pending=True)
    assert said("deliver", batch=True) == "sent: 1\n"


def test_the_shell_says_what_cannot_be_replayed_and_what_rests(db: None) -> None:
    letters.post(to="a@example.com", subject="s", text="t", html="", good_for=timedelta(0))
    Delivery.objects.update(state="dead")
    assert "1 letters that are out of date" in said("deliveries", replay=True)
    ChannelState.objects.create(name="email", failures=9, paused_until=timezone.now())
    assert "email rests until" in said("deliveries")


def test_a_test_message_goes_at_once(db: None, mailoutbox: list[Any]) -> None:
    assert said("notify_test", channel="email", to="kim@example.com").startswith("Sent. Key: ")
    assert mailoutbox[0].to == ["kim@example.com"]
    assert mailoutbox[0].subject == "A test of E-mail"


def test_a_test_message_by_text(db: None, settings: Any, tmp_path: Path, capsys: Any) -> None:
    settings.SMS_URL, settings.STATE_DIR = "console:", tmp_path
    assert said("notify_test", channel="sms", to="+4366012345").startswith("Sent. Key: ")
    shown = capsys.readouterr().out
    assert "+4366012345" in shown
    assert "A test of" in shown


def test_a_test_message_by_a_channel_that_is_off(db: None, settings: Any) -> None:
    settings.SMS_URL = ""
    with pytest.raises(CommandError, match="not configured"):
        said("notify_test", channel="sms", to="+4366012345")


def test_what_is_done_and_old_is_forgotten(dead: Delivery) -> None:
    old = timezone.now() - timedelta(days=500)
    letters.post(to="a@example.com", subject="s", text="t", html="", good_for=timedelta(0))
    notify(kind="test", to=PersonFactory(), context={"channel": "x"})
    assert forget_old_notifications() == 0
    Delivery.objects.update(finished_at=old)
    Notification.objects.update(created_at=old)
    Letter.objects.update(created_at=old)
    # A letter that is still owed, and what it is about, stay.
    forget_old_notifications()
    assert not Notification.objects.exists()
    assert Letter.objects.count() == 1
    assert Delivery.objects.get().state == "pending"
