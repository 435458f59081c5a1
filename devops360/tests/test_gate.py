"""Every address of the site, tried by everyone who might try it (ASVS 5.0: 6.3.3, 8.2.1, 8.3.1).

The list is drawn from the URLconf: a route that nobody thought of is in it, and closed.
"""

import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from accounts.clients import NOBODY
from accounts.models import Browser, EmailCode, PhoneCheck, PhoneCode, User
from accounts.tests.factories import UserFactory
from accounts.tests.verified import sign_in_verified
from accounts.tokens import make_token
from devops360.gate import ACCESS, NAMESPACES, Access, access_to
from notifications.models import Endpoint

SAMPLES = {
    "uuid": str(uuid.UUID(int=1)),
    "int": "1",
    "slug": "app",
    "str": "x",
    "path": "accounts/",
    "key": "x",
}


def routes(resolver: Any = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Yield each route's address, its parameters filled in, and its full name."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + sample_path(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from routes(entry, path, inner)
        elif isinstance(entry, URLPattern):
            yield path, f"{space}{entry.name}" if entry.name else ""


def sample_path(pattern: Any) -> str:
    """Return an address that the pattern matches."""
    text = str(pattern)
    known = {
        r"^confirm-email/(?P<key>[-:\w]+)/$": "confirm-email/x/",
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/1-x/",
        r"^(?P<app_label>accounts|files|auth|contenttypes|django_tasks_database)/$": "accounts/",
        r"(?P<url>.*)$": "nothing/",
    }
    if text in known:
        return known[text]
    if text.startswith("^"):
        if "app_label" in text:
            return "accounts/"
        raise AssertionError(f"say here which address matches {text}")
    for kind, value in SAMPLES.items():
        while f"<{kind}:" in text:
            before, _, rest = text.partition(f"<{kind}:")
            text = before + value + rest.partition(">")[2]
    while "<" in text:
        before, _, rest = text.partition("<")
        text = before + "1" + rest.partition(">")[2]
    return text


ROUTES = sorted(set(routes()))
CLOSED = [(path, name) for path, name in ROUTES if access_to(name) is Access.VERIFIED]
METHODS = ("get", "post", "put", "delete")


def is_led_away(client: Client, path: str, method: str) -> bool:
    """Tell whether the gate stopped the request, before any view."""
    answer = getattr(client, method)(f"/{path}")
    if answer.status_code in (401, 404) and method in {"put", "delete"}:
        return True
    where = answer.get("Location", "")
    steps = ("/account/login/", "/account/verify/", "/account/factors/")
    return bool(answer.status_code == 302 and where.startswith(steps))


def test_every_row_of_the_table_is_a_route() -> None:
    names = {name for _path, name in ROUTES}
    assert sorted(set(ACCESS) - names) == []
    spaces = {name.partition(":")[0] for name in names if ":" in name}
    assert set(NAMESPACES) <= spaces


def test_what_nobody_thought_of_is_closed() -> None:
    assert access_to("") is Access.VERIFIED
    assert access_to("some:new_route") is Access.VERIFIED
    assert len(CLOSED) > 60


@pytest.mark.parametrize(("path", "name"), CLOSED, ids=lambda value: value or "unnamed")
def test_closed_to_nobody(client: Client, db: None, path: str, name: str) -> None:
    for method in METHODS:
        assert is_led_away(client, path, method), f"{method} {path}"


@pytest.mark.parametrize(("path", "name"), CLOSED, ids=lambda value: value or "unnamed")
def test_closed_to_a_password_alone(client: Client, db: None, path: str, name: str) -> None:
    person = UserFactory.create()
    sign_in_verified(Client(), person)
    client.force_login(person)
    for method in METHODS:
        assert is_led_away(client, path, method), f"{method} {path}"


@pytest.mark.parametrize(("path", "name"), CLOSED, ids=lambda value: value or "unnamed")
def test_closed_until_enrolled(
    client: Client, db: None, settings: Any, path: str, name: str
) -> None:
    settings.SECOND_FACTOR = "everyone"
    client.force_login(UserFactory.create())
    for method in METHODS:
        assert is_led_away(client, path, method), f"{method} {path}"
    assert client.get(reverse("accounts:factors")).status_code == 200


def test_nobody_reaches_what_is_for_nobody(client: Client, db: None) -> None:
    for name in ("account_login", "account_signup", "account_reset_password"):
        assert client.get(reverse(name)).status_code == 200, name


@pytest.mark.parametrize("who", ["person", "staff", "staff without a factor"])
def test_the_admin_is_for_verified_staff(client: Client, db: None, who: str) -> None:
    staff = who != "person"
    user: User = UserFactory.create(is_staff=staff, is_superuser=staff)
    if who == "staff without a factor":
        client.force_login(user)
    else:
        sign_in_verified(client, user)
    allowed = who == "staff"
    for path, name in ROUTES:
        if not name.startswith("admin:") or name in {"admin:logout", "admin:login"}:
            continue
        status = client.get(f"/{path}").status_code
        assert status < 500, path
        if not allowed:
            assert status in (302, 403, 404), path
    assert (client.get("/admin/").status_code == 200) is allowed


@pytest.mark.parametrize("required", ["optional", "staff", "everyone"])
def test_the_admin_asks_for_a_factor_whatever_is_set(
    client: Client, db: None, settings: Any, required: str
) -> None:
    settings.SECOND_FACTOR = required
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    assert client.get("/admin/").status_code != 200


UNSAFE = [(path, name) for path, name in ROUTES if access_to(name) is not Access.SCRIPT]


@pytest.mark.parametrize(("path", "name"), UNSAFE, ids=lambda value: value or "unnamed")
def test_no_form_is_taken_without_its_token(db: None, path: str, name: str) -> None:
    """ASVS 5.0, 3.5.1: a foreign page's form changes nothing, whoever is signed in."""
    browser = Client(enforce_csrf_checks=True)
    staff = UserFactory.create(is_staff=True, is_superuser=True)
    sign_in_verified(browser, staff)
    answer = browser.post(f"/{path}", {"anything": "1"})
    # 405 and 404 for what takes no form at all; pages that only redirect.
    assert answer.status_code in {403, 404, 405} or name in {"root", "account_reauthenticate"}


@pytest.mark.parametrize(("path", "name"), CLOSED, ids=lambda value: value or "unnamed")
def test_looking_changes_nothing(db: None, path: str, name: str) -> None:
    """ASVS 5.0, 3.5.3: a GET leaves every table as it was, but for sessions and a new key."""
    browser = Client()
    person = UserFactory.create(is_staff=True, is_superuser=True)
    sign_in_verified(browser, person)
    browser.get("/account/")
    browser.get("/files/")
    before = rows()
    assert browser.get(f"/{path}").status_code < 500
    assert rows() == before


# Written by being there: sessions; and by showing a form for it, a key that opens nothing yet.
BY_LOOKING = {"django_session", "usersessions_usersession", "otp_totp_totpdevice"}


def rows() -> dict[str, int]:
    tables = {model._meta.db_table: model for model in apps.get_models()}
    kept = {name: model for name, model in tables.items() if name not in BY_LOOKING}
    drafts = EmailCode.objects.filter(confirmed=False).count()
    counts = {name: model._default_manager.count() for name, model in kept.items()}
    counts[EmailCode._meta.db_table] -= drafts
    return counts


OWN = {
    "accounts:end_session": "sessions/{}/end/",
    "accounts:forget_browser": "browsers/{}/forget/",
    "accounts:revoke_token": "tokens/{}/revoke/",
    "accounts:rename_factor": "factors/app/{}/rename/",
    "accounts:remove_factor": "factors/app/{}/remove/",
    "accounts:add_sms_confirm": "factors/sms/{}/",
    "accounts:confirm_phone": "phones/{}/",
    "accounts:remove_phone": "phones/{}/remove/",
}


def test_every_address_of_an_accounts_object_is_tried_below() -> None:
    named = {name for _path, name in ROUTES if re.match(r"accounts:", name)}
    with_ids = {name for name in named if reverse_takes_a_number(name)}
    assert with_ids == set(OWN)


def reverse_takes_a_number(name: str) -> bool:
    return any(path for path, route in ROUTES if route == name and re.search(r"/1/", path)) and (
        name != "accounts:avatar_image"
    )


@pytest.mark.parametrize("name", sorted(OWN))
def test_objects_of_others_are_not_there(db: None, settings: Any, name: str) -> None:
    settings.SECOND_FACTOR_SMS = True
    owner, other = UserFactory.create(), UserFactory.create()
    ids = objects_of(owner)
    browser = Client()
    sign_in_verified(browser, other)
    browser.post("/account/confirm/", {})
    session = browser.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(other.pk)
    session.save()
    answer = browser.post(f"/account/{OWN[name].format(ids[name])}", {"name": "mine"})
    assert answer.status_code == 404
    assert objects_of(owner, make=False) == ids


def objects_of(owner: User, *, make: bool = True) -> dict[str, int]:
    """Return the number of one object of each kind that the person has."""
    if make:
        now = timezone.now()
        there = Client()
        sign_in_verified(there, owner)
        there.get("/account/")
        Browser.objects.create(user=owner, digest="x", last_seen_at=now, remembered_until=now)
        make_token(user=owner, name="t", scope="read", days=7, client=NOBODY)
        PhoneCode.objects.create(user=owner, name="x", number="+41446681800", confirmed=False)
        PhoneCheck.objects.create(user=owner, number="+41446681800")
        Endpoint.objects.create(user=owner, channel="sms", address="+4917012345678")
    app = owner.totpdevice_set.get(name="Phone").pk
    return {
        "accounts:end_session": UserSession.objects.get(user=owner).pk,
        "accounts:forget_browser": owner.browsers.get(remembered_until__isnull=False).pk,
        "accounts:revoke_token": owner.access_tokens.get(revoked_at=None).pk,
        "accounts:rename_factor": app,
        "accounts:remove_factor": app,
        "accounts:add_sms_confirm": owner.phonecode_set.get(confirmed=False).pk,
        "accounts:confirm_phone": PhoneCheck.objects.get(user=owner).pk,
        "accounts:remove_phone": Endpoint.objects.get(user=owner, channel="sms").pk,
    }


def test_the_table_names_views_not_addresses() -> None:
    """A view that is reached by two addresses is guarded at both."""
    for name in ACCESS:
        if name not in {"account_reset_password_from_key", "account_confirm_email"}:
            matches = [path for path, route in ROUTES if route == name]
            assert matches, name
            assert resolve(f"/{matches[0]}").view_name == name


def test_the_session_cookie_is_not_readable_by_scripts() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
