"""What administrators see and do of second factors; and never: keys, codes, their own."""

from typing import Any

import pytest
from django.contrib import admin as django_admin
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts import tokens
from accounts.clients import NOBODY
from accounts.models import AccessToken, SecurityEvent, User
from accounts.second_factor import recovery_codes
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_factor.devices import make_app
from accounts.tests.verified import sign_in_verified
from notifications.tests.mailbox import mailbox

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def boss(db: None) -> User:
    made: User = UserFactory.create(username="boss", is_staff=True, is_superuser=True)
    return made


@pytest.fixture
def admin(boss: User) -> Client:
    client = Client()
    sign_in_verified(client, boss)
    return client


def act(client: Client, action: str, *people: User, **more: str) -> Any:
    data = {"action": action, "_selected_action": [str(person.pk) for person in people], **more}
    return client.post(PEOPLE, data, follow=True)


def test_models_with_secrets_are_not_in_the_admin() -> None:
    registered = {model.__name__ for model in django_admin.site._registry}
    hidden = {"TOTPDevice", "WebAuthnCredential", "WebAuthnAttestation", "EmailAddress"}
    hidden |= {"UserSession", "RecoveryCodes", "RecoveryCode", "EmailCode", "PhoneCode"}
    assert not registered & hidden
    assert {"User", "RecoveryRequest", "SecurityEvent", "AccessToken"} <= registered


def test_no_page_shows_a_secret(admin: Client, person: User) -> None:
    device = make_app(person)
    codes = recovery_codes.make_codes(user=person, client=NOBODY)
    token, secret = tokens.make_token(
        user=person, name="backup", scope="read", days=7, client=NOBODY
    )
    pages = [
        f"{PEOPLE}{person.pk}/change/",
        PEOPLE,
        "/admin/accounts/accesstoken/",
        f"/admin/accounts/accesstoken/{token.pk}/change/",
        "/admin/accounts/securityevent/",
        "/admin/accounts/recoveryrequest/",
    ]
    for path in pages:
        page = admin.get(path)
        assert page.status_code == 200, path
        text = page.content.decode()
        for hidden in (device.key, token.digest, secret, codes[0], PASSWORD):
            assert hidden not in text, path
    assert "Authenticator app: Phone" in admin.get(pages[0]).content.decode()


def test_people_without_a_factor_are_found(admin: Client, person: User, stranger: User) -> None:
    make_app(person)
    without = admin.get(f"{PEOPLE}?factor=no").content.decode()
    assert "stranger@example.com" in without
    assert "kim@example.com" not in without
    assert "kim@example.com" in admin.get(f"{PEOPLE}?factor=yes").content.decode()


def test_a_reset_is_asked_about_then_logged_and_mailed(
    admin: Client, person: User, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    make_app(person)
    browser = Client()
    sign_in_verified(browser, person)
    asked = act(admin, "reset_second_factors", person)
    assert "Reset them" in asked.content.decode()
    assert person.totpdevice_set.exists()
    with django_capture_on_commit_callbacks(execute=True):
        act(admin, "reset_second_factors", person, confirmed="yes")
    assert not person.totpdevice_set.exists()
    event = SecurityEvent.objects.get(user=person, kind="factors_reset")
    assert event.by == boss
    assert LogEntry.objects.filter(object_id=str(person.pk)).exists()
    assert mailbox()[-1].to == ["kim@example.com"]


def test_nobody_resets_their_own(admin: Client, boss: User) -> None:
    act(admin, "reset_second_factors", boss, confirmed="yes")
    assert boss.totpdevice_set.exists()


def test_a_factor_can_be_required_of_one_person(admin: Client, person: User) -> None:
    browser = Client()
    browser.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert browser.get("/account/").status_code == 200
    act(admin, "require_enrolment", person)
    assert browser.get("/account/")["Location"].startswith("/account/login/")
    browser.post("/account/login/", {"login": "kim", "password": PASSWORD})
    assert browser.get("/account/")["Location"].startswith("/account/factors/")


def test_limits_are_lifted(admin: Client, person: User) -> None:
    stuck = Client()
    for _attempt in range(6):
        stuck.post("/account/login/", {"login": "kim", "password": "wrong"})
    right = {"login": "kim", "password": PASSWORD}
    assert stuck.post("/account/login/", right).status_code == 200
    act(admin, "lift_limits", person)
    assert stuck.post("/account/login/", right).status_code == 302


def test_tokens_are_revoked(admin: Client, person: User) -> None:
    token, _secret = tokens.make_token(user=person, name="t", scope="read", days=7, client=NOBODY)
    data = {"action": "revoke", "_selected_action": [str(token.pk)]}
    admin.post("/admin/accounts/accesstoken/", data)
    assert not AccessToken.objects.usable().exists()


@pytest.mark.parametrize("model", ["securityevent", "recoveryrequest", "accesstoken"])
def test_records_are_neither_made_nor_deleted(admin: Client, model: str) -> None:
    assert admin.get(f"/admin/accounts/{model}/add/").status_code == 403


def test_staff_without_a_factor_get_no_page(client: Client, db: None) -> None:
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    for path in ("/admin/", PEOPLE, "/admin/login/", "/admin/password_change/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/factors/")
