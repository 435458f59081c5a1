"""On PostgreSQL each request of a test has the rights of its role's login, and no others.

What a role may do (devops360/database_roles.py) is held by every test that asks for a page: a right
that is missing is a test that fails. Tasks, which tests run at once, have the worker's.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.tasks.backends.immediate import ImmediateBackend
from django.test.client import ClientHandler

from devops360 import database_roles
from devops360.roles import role_of

PREFIX = f"t{secrets.token_hex(4)}"
# Tests that sign in as another are about rights themselves.
OWNER = connection.settings_dict["USER"]


@contextmanager
def _acting_as(role: str) -> Iterator[None]:
    """Let this connection act as the login, from inside of transactions and of other roles, too."""
    if not role or connection.settings_dict["USER"] != OWNER:
        yield
        return
    before = _execute("SELECT current_setting('role')")
    _execute(f'SET ROLE "{database_roles.login_of(role, PREFIX)}"')
    try:
        yield
    finally:
        # In a transaction that has failed, which takes the role with it when it is rolled back.
        with suppress(psycopg.Error):
            _execute(f'SET ROLE "{before}"' if before != "none" else "RESET ROLE")


def _execute(statement: str) -> str:
    """Run it beside Django, whose queries tests count."""
    connection.ensure_connection()
    cursor = connection.connection.execute(statement)
    return str(cursor.fetchone()[0]) if cursor.description else ""


def _within_request(handler: ClientHandler, environ: dict[str, Any]) -> Any:
    with _acting_as(role_of(environ["PATH_INFO"])):
        return _handle(handler, environ)


def _within_task(backend: ImmediateBackend, *arguments: Any) -> Any:
    with _acting_as("worker"):
        return _execute_task(backend, *arguments)


_handle = ClientHandler.__call__
_execute_task: Any = ImmediateBackend._execute_task  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def rights_of_roles(request: pytest.FixtureRequest) -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    blocker = request.getfixturevalue("django_db_blocker")
    request.getfixturevalue("django_db_setup")
    with blocker.unblock():
        database_roles.make_logins(prefix=PREFIX)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "__call__", _within_request)
        patch.setattr(ImmediateBackend, "_execute_task", _within_task)
        yield
    with blocker.unblock():
        for role in database_roles.ROLES:
            login = database_roles.login_of(role, PREFIX)
            _execute(f'DROP OWNED BY "{login}"; DROP ROLE "{login}"')
        connection.close()
