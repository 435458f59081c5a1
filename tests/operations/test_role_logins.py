"""Each role at work, signed in to PostgreSQL as its own login: pages, and what people send."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import ProgrammingError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import AccessToken, User
from accounts.tests.factories import UserFactory
from accounts.tests.verified import sign_in_verified
from devops360 import database_roles
from devops360.database_roles import ROLES
from devops360.roles import PREFIXES
from files.models import Node
from files.tests.factories import make_file
from files.tree import root_of
from notifications.models import Timing

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no logins"),
    # The logins' own connections see only what is committed.
    pytest.mark.django_db(transaction=True),
]
type Send = Callable[[], Any]
PASSWORD, MEMBER = "correct horse battery", "member@example.com"
SITE_ROLES = sorted(set(PREFIXES.values()))
MAIN_PAGES = {
    "accounts": "/account/",
    "admin": "/admin/",
    "files": "/files/",
    "notifications": "/notifications/",
}
# What somebody who has broken into a role would like to do, and its login may not.
FORBIDDEN = {
    "accounts": "UPDATE files_node SET name = 'mine'",
    "admin": "DELETE FROM devops360_auditentry",
    "files": "UPDATE accounts_user SET is_superuser = TRUE",
    "notifications": "SELECT name FROM files_node",
    "worker": "CREATE TABLE mine (id int)",
}


@pytest.fixture
def prefix() -> Iterator[str]:
    prefix = f"t{secrets.token_hex(4)}"
    database_roles.make_logins(prefix=prefix)
    yield prefix
    with connection.cursor() as cursor:
        for role in ROLES:
            cursor.execute(f"DROP OWNED BY {prefix}_{role}; DROP ROLE {prefix}_{role}")


def _reconnect(login: str) -> None:
    """Have the next statement go over a connection of that login."""
    connection.close()
    # What PostgreSQL's alone has.
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["USER"] = login


@contextmanager
def signed_in_as(login: str) -> Iterator[None]:
    owner = connection.settings_dict["USER"]
    _reconnect(login)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            assert cursor.fetchone() == (login,)
        yield
    finally:
        _reconnect(owner)


def send_to_accounts(client: Client, person: User, node: Node) -> Iterator[Send]:
    signs_in, given = Client(), {"login": MEMBER, "password": PASSWORD}
    yield partial(signs_in.post, "/account/login/", given | {"password": "wrong"})
    yield partial(signs_in.post, "/account/password/reset/", {"email": MEMBER})
    yield partial(signs_in.post, "/account/login/", given)
    token = {"name": "laptop", "scope": "read", "days": "30"}
    yield partial(signs_in.post, "/account/tokens/", token)
    yield partial(signs_in.post, "/account/sessions/end/")
    yield partial(signs_in.post, "/account/browsers/forget/")
    yield partial(signs_in.post, "/account/export/")
    yield partial(client.post, "/account/language/", {"language": "de"})


def send_to_files(client: Client, person: User, node: Node) -> Iterator[Send]:
    folder = f"/files/folder/{node.parent_id}"
    kind = "application/octet-stream"
    yield partial(client.put, f"{folder}/upload/?path=new.txt&conflict=ask", b"new", kind)
    yield partial(client.post, f"{folder}/new/", {"name": "Plans"})
    yield partial(client.post, f"/files/{node.pk}/rename/", {"name": "renamed.txt"})
    yield partial(
        client.post,
        f"/files/{node.pk}/share/people/",
        {"address": "a@example.com", "role": "viewer"},
    )
    yield partial(client.post, "/files/star/", {"id": node.pk})
    yield partial(client.get, f"/files/{node.pk}/download/")
    yield partial(client.post, "/files/delete/", {"id": node.pk})
    yield partial(client.post, "/files/trash/restore/", {"id": node.pk})
    yield partial(client.post, "/files/delete/", {"id": node.pk})
    yield partial(client.post, "/files/trash/purge/", {"id": node.pk})


def send_to_notifications(client: Client, person: User, node: Node) -> Iterator[Send]:
    yield partial(client.post, "/notifications/read-all/")
    yield partial(client.post, "/notifications/unread-all/", {"at": timezone.now().isoformat()})
    yield partial(client.post, "/notifications/preferences/reset/")
    yield partial(client.post, "/notifications/preferences/timing/", {"digest_hour": "9"})


def send_to_admin(client: Client, person: User, node: Node) -> Iterator[Send]:
    yield partial(client.get, "/admin/devops360/auditentry/")
    yield partial(client.get, f"/admin/accounts/user/{person.pk}/change/")
    yield partial(client.post, "/admin/auth/group/add/", {"name": "Editors"})


SENDS = {
    "accounts": send_to_accounts,
    "admin": send_to_admin,
    "files": send_to_files,
    "notifications": send_to_notifications,
}


def _trouble(ask: Send) -> str:
    """Return what went wrong, or nothing."""
    answer = ask()
    answer.close()
    return f"{answer.status_code}: {ask}" if answer.status_code >= 400 else ""


def _effects(person: User, node: Node) -> dict[str, bool]:
    """Return of what was sent whether it was done: a form that complains is a page as well."""
    return {
        "token": AccessToken.objects.filter(user__email=MEMBER).exists(),
        "group": Group.objects.filter(name="Editors").exists(),
        "new": Node.objects.filter(owner=person, name__in=["new.txt", "Plans"]).count() == 2,
        "purged": not Node.objects.filter(pk=node.pk).exists(),
        "timing": Timing.objects.filter(user=person, digest_hour=9).exists(),
    }


# One test: each would empty the database again.
def test_each_role_serves_as_its_own_login_and_no_more(prefix: str, settings: Any) -> None:
    person = UserFactory.create(is_staff=True, is_superuser=True)
    member = UserFactory.create(email=MEMBER)
    member.set_password(PASSWORD)
    member.save()
    node = make_file(root_of(person), "notes.txt")
    troubles = []
    for role in SITE_ROLES:
        settings.SERVICE = role
        client = Client()
        sign_in_verified(client, person)
        with signed_in_as(f"{prefix}_{role}"):
            pages: list[Send] = [
                partial(client.get, "/readyz"),
                partial(client.get, MAIN_PAGES[role]),
            ]
            asks = [*pages, *SENDS[role](client, person, node)]
            troubles += [f"{role} {words}" for ask in asks if (words := _trouble(ask))]
    assert troubles == []
    assert [name for name, done in _effects(person, node).items() if not done] == []


def test_what_a_role_must_not_do_is_refused_to_its_login(prefix: str) -> None:
    for role, statement in FORBIDDEN.items():
        with signed_in_as(f"{prefix}_{role}"), connection.cursor() as cursor:
            with pytest.raises(ProgrammingError) as refused:
                cursor.execute(statement)
            assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
