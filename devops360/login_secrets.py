"""The passwords of the roles' logins in AWS Secrets Manager: docs/operate/database-roles.md.

Each login has a secret of its own, so that a part of the site can read no other's.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from devops360.database_roles import ROLES, Login, login_of, make_logins
from devops360.secrets_manager import NoValueError, read_secret_and_date, write_secret

USER, PASSWORD = "username", "password"

type Contents = Mapping[str, Mapping[str, str]]


def make_kept_logins(*, prefix: str, place: str, renew_after: timedelta) -> list[Login]:
    """Make the logins, and keep what is new of their passwords in the secrets `place` + role.

    A password that is older than `renew_after` is renewed, and so is one that the database does not
    take: one run after a restored database, a lost or emptied secret or a run that was killed makes
    all whole. Only with every password kept do the new ones count.

    Raises ImproperlyConfigured where a secret cannot be read or written: nothing has changed then.
    """
    kept = {role: found for role in ROLES if (found := _find(place + role))}
    renew = {
        role
        for role in ROLES
        if role not in kept or not _is_good(*kept[role], login_of(role, prefix), renew_after)
    }
    before = {role: content for role, (content, _) in kept.items()}
    with _put_back_on_error(place, renew, before), transaction.atomic():
        logins = make_logins(prefix=prefix, renew=renew)
        for login in logins:
            if login.password:
                content = {USER: login.name, PASSWORD: login.password}
                write_secret(place + login.role, content)
    return logins


def _find(secret_id: str) -> tuple[dict[str, str], datetime] | None:
    try:
        return read_secret_and_date(secret_id)
    except NoValueError:
        return None


def _is_good(content: Mapping[str, str], date: datetime, login: str, age: timedelta) -> bool:
    if datetime.now(UTC) - date > age or content.get(USER) != login:
        return False
    return _signs_in(login, content.get(PASSWORD, ""))


def _signs_in(login: str, password: str) -> bool:
    """Say whether the database takes them. A database that is away for a moment does not, either:
    a new password more does no harm.
    """
    words = connection.get_connection_params() | {"user": login, "password": password}
    try:
        psycopg.connect(**words).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def _put_back_on_error(place: str, roles: set[str], before: Contents) -> Iterator[None]:
    """Let the secrets say again what the database still takes: pods may start at any moment."""
    try:
        yield
    except BaseException:
        for role in sorted(roles & before.keys()):
            with suppress(ImproperlyConfigured):
                write_secret(place + role, before[role])
        raise
