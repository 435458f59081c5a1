"""Passwords of the roles' logins: made by the command, kept in moto's Secrets Manager, and used."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from devops360.database_roles import ROLES
from devops360.secrets_manager import rotating
from devops360.tests.processes import MAKE_TABLES, manage
from tests.aws import Aws
from tests.postgres import Server, own_server
from tests.programs import find_postgres
from tests.secrets_manager.manager import environment

PLACE = "vault/database/"
WHO = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT session_user')"
type Command = Callable[..., Any]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a PostgreSQL with the site's tables, which asks all but the owner for a password."""
    programs = find_postgres()
    if not programs:
        pytest.skip("install postgresql")
    with own_server(programs) as server:
        rules = server.data / "pg_hba.conf"
        rules.write_text("local all devops360 trust\nlocal all all scram-sha-256\n")
        server.execute("SELECT pg_reload_conf()")
        server.execute("CREATE DATABASE devops360")
        done = manage("shell", "-v0", "-c", MAKE_TABLES, state=server.folder, **of(server))
        assert done.returncode == 0, done.stderr
        yield server


def of(server: Server) -> dict[str, str]:
    return {"DATABASE_URL": server.url()}


@pytest.fixture
def make(server: Server, aws: Aws, tmp_path: Path) -> Command:
    variables = environment(aws) | of(server)
    return partial(manage, "database_roles", "--secrets", PLACE, state=tmp_path, **variables)


@pytest.fixture
def secrets(client: Any) -> Any:
    """The secrets as Terraform leaves them: there, and empty."""
    for role in ROLES:
        client.create_secret(Name=PLACE + role)
    yield client
    for role in ROLES:
        client.delete_secret(SecretId=PLACE + role, ForceDeleteWithoutRecovery=True)


def kept(client: Any) -> dict[str, dict[str, str]]:
    values = {role: client.get_secret_value(SecretId=PLACE + role) for role in ROLES}
    return {role: json.loads(value["SecretString"]) for role, value in values.items()}


def signs_in(server: Server, content: dict[str, str]) -> bool:
    options: dict[str, Any] = {"host": str(server.folder), "dbname": "devops360"}
    options |= {"user": content["username"], "password": content["password"]}
    try:
        psycopg.connect(**options).close()
    except psycopg.OperationalError:
        return False
    return True


def test_each_login_is_made_kept_and_used(
    server: Server, aws: Aws, secrets: Any, make: Command, tmp_path: Path
) -> None:
    done = make()
    assert done.returncode == 0, done.stderr
    content = kept(secrets)
    for role, its in content.items():
        assert its["username"] == f"devops360_{role}"
        assert its["password"] not in done.stdout
        assert signs_in(server, its)
        assert not signs_in(server, its | {"password": "another"})
    # As a part of the site on AWS: no user in its DATABASE_URL, its own secret, and the pool.
    part = environment(aws) | {
        "DATABASE_URL": server.url().replace("devops360@", ""),
        "DATABASE_SECRET_ID": f"{PLACE}files",
    }
    words = ("shell", "-v0", "-c", f"{WHO}; print(k.fetchone()[0])")
    asked = manage(*words, state=tmp_path, **part)
    # Behind what boto3 says of where it found its credentials.
    assert asked.stdout.split()[-1] == "devops360_files", asked.stderr


def test_what_is_whole_is_left_alone(secrets: Any, make: Command) -> None:
    assert make().returncode == 0
    before = kept(secrets)
    again = make()
    assert again.returncode == 0, again.stderr
    assert kept(secrets) == before
    assert "a new password" not in again.stdout


def test_what_the_database_does_not_take_is_renewed_alone(
    server: Server, secrets: Any, make: Command
) -> None:
    """As after a database was restored, a secret was emptied, or a run was killed midway."""
    assert make().returncode == 0
    before = kept(secrets)
    server.execute("ALTER ROLE devops360_files PASSWORD 'of last week'")
    secrets.put_secret_value(SecretId=f"{PLACE}admin", SecretString="{}")
    done = make()
    assert done.returncode == 0, done.stderr
    after = kept(secrets)
    assert {role for role in ROLES if after[role] != before[role]} == {"admin", "files"}
    assert all(signs_in(server, its) for its in after.values())


@pytest.mark.parametrize("words", [("--new-passwords",), ("--renew-after", "0")])
def test_passwords_are_renewed_while_the_site_runs(
    server: Server, secrets: Any, make: Command, words: tuple[str, ...]
) -> None:
    assert make().returncode == 0
    before = kept(secrets)
    kind = rotating(f"{PLACE}worker")
    options: dict[str, Any] = {"host": str(server.folder), "dbname": "devops360"}
    with kind.connect("", **options) as running:
        assert make(*words).returncode == 0
        assert all(kept(secrets)[role] != before[role] for role in ROLES)
        assert not signs_in(server, before["worker"])
        kind.credentials._asked_at -= 60
        with kind.connect("", **options) as fresh:
            for connection in (running, fresh):
                row = connection.execute("SELECT session_user").fetchone()
                assert row == ("devops360_worker",)


def test_a_password_that_cannot_be_kept_does_not_count(
    server: Server, secrets: Any, make: Command
) -> None:
    """The last of five secrets is missing: the others say what they said, and the logins are as
    they were. Nobody that runs or starts is shut out.
    """
    assert make().returncode == 0
    before = kept(secrets)
    *_, last = ROLES
    secrets.delete_secret(SecretId=PLACE + last, ForceDeleteWithoutRecovery=True)
    refused = make("--new-passwords")
    assert refused.returncode == 1
    assert "Nothing has changed" in refused.stderr
    assert f"{PLACE}{last}" in refused.stderr
    secrets.create_secret(Name=PLACE + last, SecretString=json.dumps(before[last]))
    assert kept(secrets) == before
    assert all(signs_in(server, its) for its in before.values())


def test_secrets_that_cannot_be_reached_change_nothing(
    server: Server, secrets: Any, make: Command
) -> None:
    assert make().returncode == 0
    refused = make("--new-passwords", SECRETS_ENDPOINT_URL="http://127.0.0.1:1")
    assert refused.returncode == 1
    assert "Nothing has changed" in refused.stderr
    assert all(signs_in(server, its) for its in kept(secrets).values())
