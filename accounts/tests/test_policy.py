"""Passwords and sessions, line by line of ASVS 5.0, chapters 6 and 7."""

import time
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import people, sessions
from accounts.models import SecurityEvent, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_factor.devices import make_app
from accounts.tests.verified import sign_in_verified
from notifications.tests.mailbox import mailbox

LOGIN, CHANGE = "/account/login/", "/account/password/change/"


def sign_in(client: Client, password: str = PASSWORD) -> int:
    return client.post(LOGIN, {"login": "kim", "password": password}).status_code


def change(client: Client, new: str, old: str = PASSWORD) -> Any:
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new})


@pytest.mark.parametrize(
    "password",
    ["kxqwzjvb", "only small letters here", "x" * 64 + "y7", "пароль из слов", "   spaces   "],
)
def test_passwords_of_8_and_of_64_without_rules_are_taken(person: User, password: str) -> None:
    """6.2.1, 6.2.5, 6.2.9."""
    validate_password(password, person)


@pytest.mark.parametrize("password", ["short7x", "password1", "12345678", "kim@example.com"])
def test_short_and_common_passwords_are_refused(person: User, password: str) -> None:
    """6.2.1, 6.2.4, 6.2.12: from a list that Django ships; nothing is asked outside."""
    with pytest.raises(ValidationError):
        validate_password(password, person)


def test_passwords_are_neither_cut_nor_folded(client: Client, person: User) -> None:
    """6.2.8."""
    long = "Aa " + "x" * 90 + " End "
    person.set_password(long)
    person.save()
    for wrong in (long[:72], long.lower(), long.strip()):
        assert sign_in(Client(REMOTE_ADDR=f"10.2.2.{len(wrong)}"), wrong) == 200
    assert sign_in(client, long) == 302


def test_a_change_needs_the_present_password(client: Client, person: User) -> None:
    """6.2.3."""
    sign_in(client)
    change(client, "an entirely new one", old="wrong")
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_change_is_mailed_written_down_and_forgets_browsers(client: Client, person: User) -> None:
    """6.3.7, 7.4.3."""
    sign_in(client)
    assert change(client, "an entirely new one").status_code == 302
    assert any("password" in message.subject.lower() for message in mailbox())
    assert SecurityEvent.objects.filter(user=person, kind="password_changed").exists()


def test_there_is_no_account_to_begin_with(db: None) -> None:
    """6.3.2: outside of the demo."""
    assert not User.objects.exists()


def test_a_session_gets_a_new_id_at_each_step(client: Client, person: User) -> None:
    """7.2.4."""
    client.get(LOGIN)
    seen = [client.session.session_key]
    sign_in(client)
    seen.append(client.session.session_key)
    client.post("/account/confirm/", {"password": PASSWORD})
    seen.append(client.session.session_key)
    assert len(set(seen)) == 3
    old = Client()
    old.cookies["sessionid"] = str(seen[1])
    assert old.get("/account/").status_code == 302


def test_a_session_ends_however_busy(client: Client, person: User, settings: Any) -> None:
    """7.3.2; 7.3.1 is the cookie's and the row's own end."""
    sign_in(client)
    session = client.session
    session[sessions.SIGNED_IN_AT] = time.time() - (settings.SESSION_MAX_DAYS * 86400 + 1)
    session.save()
    assert client.get("/account/").status_code == 302
    assert settings.SESSION_COOKIE_AGE <= 14 * 86400


def test_signing_out_ends_the_servers_session(client: Client, person: User) -> None:
    """7.4.1."""
    sign_in(client)
    key = client.session.session_key
    client.post("/account/logout/")
    thief = Client()
    thief.cookies["sessionid"] = str(key)
    assert thief.get("/account/").status_code == 302
    assert SecurityEvent.objects.filter(user=person, kind="signed_out").exists()


def test_a_deactivated_persons_sessions_end_at_once(client: Client, person: User) -> None:
    """7.4.2."""
    sign_in(client)
    people.deactivate(user=person, by=UserFactory.create(is_superuser=True))
    assert client.get("/account/").status_code == 302
    assert not UserSession.objects.filter(user=person).exists()


def test_a_factors_change_leads_to_the_other_sessions(person: User) -> None:
    """7.4.3: the page one comes back to offers to end them."""
    client = Client()
    sign_in_verified(client, person)
    assert "/account/sessions/" in client.get("/account/factors/").content.decode()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/account/email/"),
        ("get", "/account/delete/"),
        ("post", "/account/export/"),
        ("post", "/account/tokens/"),
        ("get", "/account/factors/app/"),
        ("get", "/account/factors/passkey/"),
        ("post", "/account/factors/passkey/begin/"),
        ("get", "/account/factors/email/"),
        ("get", "/account/factors/recovery/"),
        ("get", "/account/factors/app/1/remove/"),
        ("post", "/account/factors/app/1/rename/"),
    ],
)
def test_sensitive_steps_ask_who_is_there(person: User, method: str, path: str) -> None:
    """7.5.1: also of somebody who is signed in and verified, after five minutes."""
    client = Client()
    sign_in_verified(client, person)
    answer = getattr(client, method)(path, {"action_add": "", "email": "x@example.com"})
    assert answer["Location"].startswith("/account/confirm/"), path


def test_confirming_lasts_five_minutes(client: Client, person: User) -> None:
    sign_in(client)
    assert client.get("/account/delete/").status_code == 200
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    assert client.get("/account/delete/")["Location"].startswith("/account/confirm/")
    assert client.post("/account/confirm/", {"password": "wrong"}).status_code == 400
    form = {"password": PASSWORD, "next": "/account/delete/"}
    assert client.post("/account/confirm/", form)["Location"] == "/account/delete/"


@pytest.mark.parametrize("required", ["optional", "staff", "everyone"])
def test_who_must_enrol(client: Client, person: User, settings: Any, required: str) -> None:
    """6.3.3."""
    settings.SECOND_FACTOR = required
    sign_in(client)
    led_away = client.get("/account/").status_code == 302
    assert led_away is (required == "everyone")
    if led_away:
        assert client.get("/account/")["Location"].startswith("/account/factors/")
        assert client.get("/account/factors/app/").status_code == 200


def test_enrolment_is_closed_to_who_owes_a_code(client: Client, person: User) -> None:
    """A stolen password must not add a factor beside the owner's."""
    make_app(person)
    sign_in(client)
    for path in ("app/", "passkey/", "email/", "recovery/", ""):
        answer = client.get(f"/account/factors/{path}")
        assert answer["Location"].startswith("/account/verify/"), path


def test_a_session_from_before_enrolment_owes_the_code(person: User) -> None:
    """Two browsers, one enrols: the other has to show the factor too."""
    first, second = Client(), Client()
    sign_in(first)
    sign_in(second)
    make_app(person)
    assert second.get("/account/")["Location"].startswith("/account/verify/")
