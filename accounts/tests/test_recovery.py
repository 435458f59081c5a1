"""Getting back in when every factor is lost: asked, decided, delayed, stopped."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts import recovery
from accounts.clients import NOBODY
from accounts.errors import RecoveryError
from accounts.models import RecoveryRequest, SecurityEvent, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_factor.devices import code_of, make_app
from accounts.tests.verified import sign_in_verified
from notifications.tests.mailbox import mailbox

PAGE = "/account/recovery/"


@pytest.fixture
def boss(db: None) -> User:
    made: User = UserFactory.create(username="boss", is_staff=True, is_superuser=True)
    return made


@pytest.fixture
def locked_out(client: Client, person: User) -> Client:
    """Someone at the second step, with an app that is lost."""
    make_app(person)
    client.post("/account/login/", {"login": "kim", "password": PASSWORD})
    return client


def ask(client: Client, capture: Any) -> RecoveryRequest:
    with capture(execute=True):
        assert client.post(PAGE, {"reason": "My phone fell into a lake"}).status_code == 302
    return RecoveryRequest.objects.get()


def stop_link(message: Any) -> str:
    found = re.search(r"https?://[^/\s]+(/account/recovery/cancel/\S+/)", str(message.body))
    assert found
    return found[1]


def decide(admin: Client, action: str, request: RecoveryRequest, capture: Any) -> Any:
    data = {"action": action, "_selected_action": [str(request.pk)]}
    with capture(execute=True):
        return admin.post("/admin/accounts/recoveryrequest/", data, follow=True)


def test_nobody_asks_without_the_password(client: Client, person: User) -> None:
    assert client.get(PAGE)["Location"].startswith("/account/login/")


def test_the_whole_way(
    locked_out: Client,
    person: User,
    boss: User,
    settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    capture = django_capture_on_commit_callbacks
    EmailAddress.objects.create(user=person, email="second@example.com", verified=True)
    asked = ask(locked_out, capture)
    told = {message.to[0] for message in mailbox()}
    assert told == {"kim@example.com", "second@example.com", "boss@example.com"}
    assert "Waiting" in asked.get_state_display()
    assert "An administrator will decide" in locked_out.get(PAGE).content.decode()

    admin = Client()
    sign_in_verified(admin, boss)
    mailbox().clear()
    decide(admin, "approve", asked, capture)
    assert {message.to[0] for message in mailbox()} == {"kim@example.com", "second@example.com"}
    assert LogEntry.objects.filter(object_id=str(asked.pk)).exists()
    assert "Approved" in locked_out.get(PAGE).content.decode()

    assert recovery.finish_due() == 0
    assert person.totpdevice_set.exists()
    RecoveryRequest.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    with capture(execute=True):
        assert recovery.finish_due() == 1
    assert not person.totpdevice_set.exists()
    assert locked_out.get("/account/").status_code == 302
    kinds = set(SecurityEvent.objects.filter(user=person).values_list("kind", flat=True))
    assert {"recovery_asked", "recovery_approved", "factors_reset"} <= kinds
    locked_out.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert locked_out.get("/account/").status_code == 200


def test_the_link_stops_it_by_post_alone(
    locked_out: Client, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    asked = ask(locked_out, django_capture_on_commit_callbacks)
    link = stop_link(next(message for message in mailbox() if message.to == ["kim@example.com"]))
    anyone = Client()
    assert anyone.get(link).status_code == 200
    asked.refresh_from_db()
    assert asked.state == "asked"
    assert anyone.post(link).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "cancelled"
    assert anyone.get(link).status_code == 404
    assert anyone.get("/account/recovery/cancel/wrong/").status_code == 404
    with pytest.raises(RecoveryError):
        recovery.approve(request=asked, by=boss)


def test_the_link_of_the_approval_stops_it_too(
    locked_out: Client, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    asked = ask(locked_out, django_capture_on_commit_callbacks)
    mailbox().clear()
    with django_capture_on_commit_callbacks(execute=True):
        recovery.approve(request=asked, by=boss)
    Client().post(stop_link(mailbox()[0]))
    RecoveryRequest.objects.update(due_at=timezone.now())
    assert recovery.finish_due() == 0


def test_showing_a_factor_stops_it(
    locked_out: Client, person: User, django_capture_on_commit_callbacks: Any
) -> None:
    asked = ask(locked_out, django_capture_on_commit_callbacks)
    device = person.totpdevice_set.get()
    form = {"device": device.persistent_id, "code": code_of(device)}
    assert locked_out.post("/account/verify/", form).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "cancelled"


def test_nobody_decides_on_their_own(boss: User, django_capture_on_commit_callbacks: Any) -> None:
    asked = recovery.ask_for_recovery(user=boss, reason="x", client=NOBODY)
    with pytest.raises(RecoveryError, match="your own"):
        recovery.approve(request=asked, by=boss)


def test_staff_do_not_decide_on_administrators(
    boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    helper = UserFactory.create(username="helper", is_staff=True)
    names = ["view_recoveryrequest", "change_recoveryrequest"]
    helper.user_permissions.set(Permission.objects.filter(codename__in=names))
    admin = Client()
    sign_in_verified(admin, helper)
    asked = recovery.ask_for_recovery(user=boss, reason="x", client=NOBODY)
    decide(admin, "approve", asked, django_capture_on_commit_callbacks)
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_asking_again_and_again_is_one_request(person: User) -> None:
    first = recovery.ask_for_recovery(user=person, reason="x", client=NOBODY)
    assert recovery.ask_for_recovery(user=person, reason="y", client=NOBODY) == first
    for _time in range(2):
        recovery.cancel(request=RecoveryRequest.objects.latest("pk"), client=NOBODY)
        recovery.ask_for_recovery(user=person, reason="x", client=NOBODY)
    recovery.cancel(request=RecoveryRequest.objects.latest("pk"), client=NOBODY)
    with pytest.raises(RecoveryError, match="three times"):
        recovery.ask_for_recovery(user=person, reason="x", client=NOBODY)


def test_what_nobody_answers_ends(person: User) -> None:
    recovery.ask_for_recovery(user=person, reason="x", client=NOBODY)
    RecoveryRequest.objects.update(asked_at=timezone.now() - timedelta(days=31))
    assert recovery.forget_old_requests() == 1
