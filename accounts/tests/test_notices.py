"""What people are told of their account: once, with the change, wherever they look."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client as Browser
from django.utils import timezone

from accounts import deletion, notices, passwords
from accounts.clients import Client
from accounts.models import SecurityEvent, User
from accounts.second_factor import recovery_codes, verifying
from accounts.tests.factories import PASSWORD, UserFactory
from notifications.models import Delivery, Notification
from notifications.tests.mailbox import mailbox

HERE = Client(ip="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux) Firefox/150.0")


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(recipient=user).values_list("kind", flat=True))


def refuse_passwords(user: User, times: int, *, ago: timedelta = timedelta()) -> None:
    kind = SecurityEvent.Kind.PASSWORD_REFUSED
    events = SecurityEvent.objects.bulk_create(
        SecurityEvent(user=user, kind=kind) for _ in range(times)
    )
    ids = [event.pk for event in events]
    SecurityEvent.objects.filter(pk__in=ids).update(at=timezone.now() - ago)


def test_a_changed_password_is_told_in_the_app_and_by_mail(person: User) -> None:
    passwords.set_password(user=person, password="an entirely new one", client=HERE)
    assert told(person) == ["password_changed"]
    (sent,) = mailbox()
    assert sent.to == [person.email]
    assert "203.0.113.7" in str(sent.body)
    assert "Firefox" in str(sent.body)
    assert "List-Unsubscribe" not in sent.extra_headers


def test_no_request_waits_for_the_mail_server(person: User) -> None:
    Browser().post("/account/password/reset/", {"email": person.email})
    assert mail.outbox == []
    assert Delivery.objects.get().address == person.email
    assert len(mailbox()) == 1


def test_dozens_of_wrong_passwords_are_told_once_a_day(person: User, stranger: User) -> None:
    refuse_passwords(person, notices.MANY)
    refuse_passwords(stranger, notices.MANY - 1)
    assert notices.tell_of_wrong_passwords() == 1
    assert notices.tell_of_wrong_passwords() == 0
    assert told(person) == ["account_locked"]
    assert told(stranger) == []


def test_wrong_passwords_of_long_ago_are_nothing(person: User) -> None:
    refuse_passwords(person, notices.MANY * 2, ago=notices.MANY_WITHIN)
    assert notices.tell_of_wrong_passwords() == 0


def test_a_refused_sign_in_itself_tells_nobody(person: User) -> None:
    """6.3.8: it would take longer for an account that there is."""
    for _ in range(notices.MANY):
        Browser().post("/account/login/", {"login": "kim", "password": f"not {PASSWORD}"})
    assert told(person) == []


@pytest.mark.parametrize("spent", [recovery_codes.HOW_MANY - recovery_codes.FEW])
def test_few_recovery_codes_are_told(person: User, spent: int) -> None:
    codes = recovery_codes.make_codes(user=person, client=HERE)
    device = person.recoverycodes_set.get()
    for code in codes[:spent]:
        assert "codes_low" not in told(person)
        verifying.verify_code(user=person, device_id=device.persistent_id, code=code, client=HERE)
    assert told(person).count("codes_low") == 1
    low = Notification.objects.get(kind="codes_low")
    assert low.context["left"] == recovery_codes.FEW
    assert low.url == "/account/factors/recovery/"


def test_deletion_is_told_with_its_day_and_its_end_by_letter() -> None:
    person = UserFactory.create(username="gone")
    deletion.schedule_deletion(user=person)
    deletion.cancel_deletion(user=person)
    assert told(person) == ["deletion_scheduled", "deletion_cancelled"]
    deletion.delete_person(user=person)
    assert not Notification.objects.exists()
    assert "deleted" in mailbox()[-1].subject
