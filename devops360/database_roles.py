"""A PostgreSQL login for each role, granted only its tables: docs/operate/database-roles.md.

What somebody who breaks into one role can read and change ends at these grants. The owner of the
tables, by which migrations run, is none of these logins; none of them may change a table's shape.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

READ = frozenset({"SELECT"})
ADD = frozenset({"SELECT", "INSERT"})
CHANGE = frozenset({"SELECT", "UPDATE"})
REMOVE = frozenset({"SELECT", "DELETE"})
WORK = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})

type Rights = Mapping[str, frozenset[str]]

# What each role of devops360/roles.py has for itself, by the labels of apps.
OWN = {
    "accounts": ("accounts", "account", "otp_totp", "django_otp_webauthn"),
    "files": ("files",),
    "notifications": ("notifications",),
}
# These work on everything: the admin shows it, the worker keeps and forgets it.
ALL = ("admin", "worker")
ROLES = (*OWN, *ALL)

# Of every page: who is it, in which session, shown which factor; and what it may set going.
EVERY: Rights = {
    "cache": WORK,
    "django_session": WORK,
    "usersessions_usersession": WORK,
    "django_tasks_database_dbtaskresult": ADD | CHANGE,
    "devops360_auditentry": ADD,
    "accounts_browser": ADD | CHANGE,
    "accounts_securityevent": ADD,
    "notifications_notification": WORK,
    "notifications_delivery": WORK,
    "notifications_letter": WORK,
}
# Read on every page, when somebody is told something, or at each scrape of metrics.
READ_BY_EVERY = (
    "accounts_emailcode",
    "accounts_phonecode",
    "accounts_recoverycode",
    "accounts_recoverycodes",
    "accounts_user",
    "account_emailaddress",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "devops360_jobrun",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "django_content_type",
    "django_migrations",
    "django_otp_webauthn_webauthncredential",
    "notifications_announcement",
    "notifications_channelstate",
    "notifications_endpoint",
    "notifications_preference",
    "notifications_suppression",
    "notifications_timing",
    "notifications_webhook",
    "otp_totp_totpdevice",
)
# Where the apps meet: devops360/wiring.py, and tokens at the gate.
BESIDES: Mapping[str, Rights] = {
    # How much somebody keeps, and what was shared with them before they came. An address or a phone
    # that is confirmed may be written to; one that is taken away goes with what belongs to it.
    "accounts": {
        "files_grant": CHANGE,
        "notifications_endpoint": WORK,
        "notifications_suppression": REMOVE,
        "notifications_webhook": REMOVE,
        "notifications_webhookcall": REMOVE,
    },
    "files": {"accounts_accesstoken": CHANGE, "accounts_throttle": WORK},
    "notifications": {"accounts_throttle": WORK},
}
READS_APPS = {"accounts": ("files",)}
# What nobody may take back, whatever else they may.
NEVER: Rights = {"devops360_auditentry": frozenset({"DELETE"})}


@dataclass(frozen=True)
class Login:
    """What was done to a login. `password` is there where it has a new one."""

    role: str
    name: str
    granted: int
    revoked: int
    password: str


def rights_of(role: str) -> Rights:
    """Return what a role may do with which table; with tables that are not named: nothing."""
    if role in ALL:
        return {table: WORK - NEVER.get(table, frozenset()) for table in every_table()}
    rights = dict.fromkeys(READ_BY_EVERY, READ)
    for app in READS_APPS.get(role, ()):
        rights |= dict.fromkeys(_tables_of(app), READ)
    for more in (EVERY, BESIDES[role], dict.fromkeys(_own_tables(role), WORK)):
        for table, some in more.items():
            rights[table] = rights.get(table, frozenset()) | some
    return {table: some - NEVER.get(table, frozenset()) for table, some in rights.items()}


def every_table() -> set[str]:
    """Return the names of all tables of the site: models', the cache, migrations."""
    models = (table for app in apps.get_app_configs() for table in _tables_of(app.label))
    return {*models, str(settings.CACHES["default"]["LOCATION"]), "django_migrations"}


def _own_tables(role: str) -> set[str]:
    return {table for app in OWN[role] for table in _tables_of(app)}


def _tables_of(label: str) -> set[str]:
    models = apps.get_app_config(label).get_models(include_auto_created=True)
    return {model._meta.db_table for model in models}  # noqa: SLF001  (how Django names it)


@transaction.atomic
def make_logins(*, prefix: str, renew: Collection[str] = ()) -> list[Login]:
    """Make the logins that are missing, and let each have its rights and no others.

    The roles in `renew` have new passwords, as new logins have. All or nothing, so that no request
    meets a right that is just being replaced. The caller must own the tables and be allowed to make
    roles.
    """
    return [_make_login(login_of(role, prefix), role, renew=role in renew) for role in ROLES]


def login_of(role: str, prefix: str) -> str:
    return f"{prefix}_{role}"


def _make_login(name: str, role: str, *, renew: bool) -> Login:
    is_new = not _exists(name)
    password = secrets.token_urlsafe(32) if is_new or renew else ""
    login = sql.Identifier(name)
    if is_new:
        _run(sql.SQL("CREATE ROLE {} LOGIN").format(login))
    if password:
        verifier = sql.Literal(_verifier(name, password))
        _run(sql.SQL("ALTER ROLE {} PASSWORD {}").format(login, verifier))
    database = sql.Identifier(str(connection.settings_dict["NAME"]))
    _run(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, login))
    _run(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(login))
    granted, revoked = _settle(name, rights_of(role))
    return Login(role, name, granted, revoked, password)


def _settle(name: str, wanted: Rights) -> tuple[int, int]:
    """Grant what is missing and revoke what is too much. Return how many of each."""
    found = _rights_found(name)
    granted = _change("GRANT {} ON {} TO {}", name, _without(wanted, found))
    revoked = _change("REVOKE {} ON {} FROM {}", name, _without(found, wanted))
    return granted, revoked


def _without(some: Rights, others: Rights) -> Rights:
    left = {table: rights - others.get(table, frozenset()) for table, rights in some.items()}
    return {table: rights for table, rights in left.items() if rights}


def _change(act: str, name: str, rights: Rights) -> int:
    """Grant or revoke: one statement for all tables with the same rights. Return how many."""
    tables: dict[frozenset[str], list[str]] = defaultdict(list)
    for table, some in rights.items():
        tables[some].append(table)
    for some, names in tables.items():
        words = sql.SQL(", ").join(sql.SQL(right) for right in sorted(some))
        on = sql.SQL(", ").join(sql.Identifier(table) for table in sorted(names))
        _run(sql.SQL(act).format(words, on, sql.Identifier(name)))
    return sum(map(len, rights.values()))


def flaws(*, prefix: str) -> Iterator[str]:
    """Yield what is wrong with the logins: missing, too weak, too strong."""
    for role in ROLES:
        name = login_of(role, prefix)
        if _exists(name):
            yield from _flaws_of(name, rights_of(role))
        else:
            yield f"{name} is missing"
    for table, right in _rows(PUBLIC_RIGHTS):
        yield f"everybody may {right} {table}: REVOKE it from PUBLIC"


def _flaws_of(name: str, wanted: Rights) -> Iterator[str]:
    found = _rights_found(name)
    for table in sorted(wanted.keys() | found.keys()):
        want, have = wanted.get(table, frozenset()), found.get(table, frozenset())
        if lacking := sorted(want - have):
            yield f"{name} may not {', '.join(lacking)} {table}"
        if surplus := sorted(have - want):
            yield f"{name} may {', '.join(surplus)} {table}"
    for (words,) in _rows(POWERS, name):
        yield f"{name} {words}"


def _rights_found(name: str) -> Rights:
    found: dict[str, frozenset[str]] = {}
    for table, right in _rows(TABLE_RIGHTS, name):
        found[table] = found.get(table, frozenset()) | {right}
    return found


def _exists(name: str) -> bool:
    return bool(_rows("SELECT 1 FROM pg_roles WHERE rolname = %s", name))


def _verifier(name: str, password: str) -> str:
    """Return what the server keeps (RFC 5803): the password itself would stand in its log."""
    connection.ensure_connection()
    made: bytes = connection.connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    )
    return made.decode()


def _run(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _rows(query: str, *parameters: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[str, ...]] = cursor.fetchall()
        return rows


TABLE_RIGHTS = """
    SELECT pg_class.relname, right_.privilege_type
    FROM pg_class CROSS JOIN LATERAL aclexplode(pg_class.relacl) AS right_
    JOIN pg_roles ON pg_roles.oid = right_.grantee
    WHERE pg_roles.rolname = %s AND pg_class.relnamespace = 'public'::regnamespace
"""
PUBLIC_RIGHTS = """
    SELECT pg_class.relname, right_.privilege_type
    FROM pg_class CROSS JOIN LATERAL aclexplode(pg_class.relacl) AS right_
    WHERE right_.grantee = 0 AND pg_class.relnamespace = 'public'::regnamespace
    -- Extensions, such as pg_stat_statements, show their views to everybody.
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
"""
# What no list of grants shows, and what would make them worth nothing.
POWERS = """
    WITH login AS (SELECT * FROM pg_roles WHERE rolname = %s)
    SELECT 'is a superuser' FROM login WHERE rolsuper
    UNION ALL SELECT 'may make roles' FROM login WHERE rolcreaterole
    UNION ALL SELECT 'may make databases' FROM login WHERE rolcreatedb
    UNION ALL SELECT 'may replicate' FROM login WHERE rolreplication
    UNION ALL SELECT 'cannot sign in' FROM login WHERE NOT rolcanlogin
    UNION ALL SELECT
        'may make tables in public: REVOKE CREATE ON SCHEMA public FROM PUBLIC' FROM login
        WHERE has_schema_privilege(login.oid, 'public', 'CREATE')
    UNION ALL SELECT 'owns ' || pg_class.relname FROM login
        JOIN pg_class ON pg_class.relowner = login.oid
    UNION ALL SELECT 'is a member of ' || granted.rolname FROM login
        JOIN pg_auth_members ON pg_auth_members.member = login.oid
        JOIN pg_roles AS granted ON granted.oid = pg_auth_members.roleid
"""
