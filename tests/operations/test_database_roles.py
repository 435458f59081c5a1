"""Each role's PostgreSQL login does its work, and is refused whatever is another's."""

import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from accounts.tests.verified import sign_in_verified
from devops360 import database_roles
from devops360.database_roles import ROLES, rights_of
from devops360.observability.state import (
    clock_families,
    delivery_families,
    job_families,
    queue_families,
)
from devops360.roles import PREFIXES, role_of
from devops360.schedule import JOBS
from devops360.tests.test_gate import ROUTES
from files.activity import Act
from files.conflicts import Conflict
from files.grants import grant_access
from files.models import Grant
from files.tests.factories import make_file
from files.tree import root_of
from notifications.outbox.pump import Pump

NOBODYS = str(uuid.UUID(int=1))
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no logins")


@pytest.fixture
def prefix(db: None) -> str:
    """Logins with their rights, which go with the test's transaction."""
    prefix = f"t{secrets.token_hex(4)}"
    database_roles.make_logins(prefix=prefix)
    return prefix


@contextmanager
def acting_as(login: str) -> Iterator[None]:
    """Let this connection have that login's rights alone, as if it had signed in."""
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{login}"')
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")


def refusal(act: Callable[[], object]) -> str:
    """Return the server's words where it refuses for want of a right, "" where it does not."""
    try:
        with transaction.atomic():
            act()
    except ProgrammingError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            return str(error)
        raise
    return ""


def may(statement: str) -> bool:
    with connection.cursor() as cursor:
        return not refusal(partial(cursor.execute, statement))


def test_every_table_has_a_role_and_every_right_a_table(db: None) -> None:
    # Some tests' databases keep their cache in a table of another name, or in none.
    there = set(connection.introspection.table_names()) | {"cache"}
    assert set(rights_of("worker")) == there
    assert {table for role in ROLES for table in rights_of(role)} == there


def test_no_role_may_change_what_is_written_for_ever() -> None:
    for role in ROLES:
        assert "DELETE" not in rights_of(role).get("devops360_auditentry", ())


@on_postgres
@pytest.mark.parametrize("role", ROLES)
def test_what_is_anothers_is_refused(prefix: str, role: str) -> None:
    rights = rights_of(role)
    with acting_as(f"{prefix}_{role}"):
        for table in connection.introspection.table_names():
            allowed = may(f'SELECT 1 FROM "{table}" LIMIT 1')
            assert allowed == ("SELECT" in rights.get(table, ())), table
            allowed = may(f'DELETE FROM "{table}" WHERE FALSE')
            assert allowed == ("DELETE" in rights.get(table, ())), table
        assert not may("CREATE TABLE mine (id int)")
        assert not may("DROP TABLE files_node")
        assert not may("ALTER TABLE accounts_user ADD COLUMN mine int")
        assert not may("TRUNCATE devops360_auditentry")


@on_postgres
@pytest.mark.parametrize("role", sorted(set(PREFIXES.values())))
def test_each_role_serves_all_its_addresses(prefix: str, settings: Any, role: str) -> None:
    person = UserFactory.create(is_staff=True, is_superuser=True)
    node = make_file(root_of(person), "notes.txt")
    settings.SERVICE = role
    client = Client()
    lacking = []
    for path, _name in ROUTES:
        if role_of(path) != role or "logout" in path:
            continue
        sign_in_verified(client, person)
        with acting_as(f"{prefix}_{role}"):
            refused = refusal(partial(client.get, path.replace(NOBODYS, str(node.pk))))
        if refused:
            lacking.append(f"{path}: {refused}")
    assert lacking == []


@on_postgres
def test_signing_in_and_letters_need_no_more(prefix: str, settings: Any) -> None:
    person = UserFactory.create(email="ada@example.com")
    person.set_password("correct horse battery")
    person.save()
    settings.SERVICE = "accounts"
    client = Client()
    sign_in = {"login": "ada@example.com", "password": "correct horse battery"}
    with acting_as(f"{prefix}_accounts"):
        assert client.post(reverse("account_login"), sign_in | {"password": "x"}).status_code == 200
        assert client.post(reverse("account_login"), sign_in).status_code == 302
        asked = client.post(reverse("account_reset_password"), {"email": "ada@example.com"})
        assert asked.status_code == 302


@on_postgres
def test_uploads_and_shares_need_no_more(prefix: str) -> None:
    person, friend = UserFactory.create(), UserFactory.create()
    top = root_of(person)
    with acting_as(f"{prefix}_files"):
        node = make_file(top, "notes.txt")
        make_file(top, "notes.txt", b"newer", Conflict.REPLACE)
        grant_access(node=node, address=friend.email, role=Grant.Role.VIEWER, act=Act(actor=person))


@on_postgres
def test_the_worker_needs_no_more(prefix: str) -> None:
    with acting_as(f"{prefix}_worker"):
        # Tests' tasks are in no table that could be pruned.
        jobs = {name: job for name, job in JOBS.items() if name != "prune_tasks"}
        found = {name: refusal(job.run) for name, job in jobs.items()}
        Pump().drain()
    assert {name: words for name, words in found.items() if words} == {}


@on_postgres
@pytest.mark.parametrize("role", ROLES)
def test_a_scrape_of_metrics_needs_no_more(prefix: str, role: str) -> None:
    """Else the database would be said to be away, for ever."""
    with acting_as(f"{prefix}_{role}"):
        for families in (queue_families, job_families, delivery_families, clock_families):
            assert refusal(partial(list, families())) == ""


@on_postgres
def test_the_command_makes_checks_and_mends(db: None) -> None:
    prefix = f"t{secrets.token_hex(4)}"
    with pytest.raises(CommandError, match="5 flaws"):
        call_command("database_roles", "--check", "--prefix", prefix, stderr=StringIO())
    made = StringIO()
    call_command("database_roles", "--prefix", prefix, stdout=made)
    assert made.getvalue().count("password") == len(ROLES)
    again = StringIO()
    call_command("database_roles", "--prefix", prefix, stdout=again)
    assert "password" not in again.getvalue()
    assert again.getvalue().count("0 rights granted, 0 revoked") == len(ROLES)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT DELETE ON accounts_user TO {prefix}_files")
        cursor.execute(f"REVOKE SELECT ON files_node FROM {prefix}_files")
        cursor.execute(f"ALTER ROLE {prefix}_accounts CREATEDB")
    told = StringIO()
    with pytest.raises(CommandError, match="3 flaws"):
        call_command("database_roles", "--check", "--prefix", prefix, stderr=told)
    assert f"{prefix}_files may DELETE accounts_user" in told.getvalue()
    assert f"{prefix}_files may not SELECT files_node" in told.getvalue()
    assert f"{prefix}_accounts may make databases" in told.getvalue()


@pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL has logins")
def test_sqlite_has_no_logins() -> None:
    with pytest.raises(CommandError, match="PostgreSQL"):
        call_command("database_roles")
