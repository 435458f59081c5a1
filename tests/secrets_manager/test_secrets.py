import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from psycopg_pool import ConnectionPool

from devops360 import environment as env
from devops360.secrets_manager import Credentials, read_secret, rotating
from devops360.tests.processes import manage
from tests.aws import Aws
from tests.postgres import temporary_server
from tests.programs import find_postgres
from tests.secrets_manager.manager import environment, put


def test_settings_come_from_a_secret(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(client, "app", {"SECRET_KEY": "of the secret", "WORD": "of the secret"})
    monkeypatch.setenv("AWS_SECRET_ID", "app")
    monkeypatch.setenv("WORD", "of the environment")
    assert env.text("SECRET_KEY") == "of the secret"
    assert env.text("WORD") == "of the environment"
    assert env.text("NOWHERE", "default") == "default"


def test_a_secret_is_read_once(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(client, "once", {"WORD": "first"})
    monkeypatch.setenv("AWS_SECRET_ID", "once")
    assert env.text("WORD") == "first"
    put(client, "once", {"WORD": "second"})
    assert env.text("WORD") == "first"


def test_a_site_starts_with_nothing_secret_in_its_environment(
    client: Any, aws: Aws, tmp_path: Path
) -> None:
    put(
        client,
        "site",
        {"SECRET_KEY": "k" * 60, "EMAIL_URL": "smtp://127.0.0.1:1", "VAPID_PRIVATE_KEY": ""},
    )
    words = ("shell", "-v", "0", "-c")
    program = "from django.conf import settings; print(len(settings.SECRET_KEY))"
    variables = environment(aws) | {
        "ENVIRONMENT": "production",
        "SITE_URL": "https://vault.example.com",
    }
    done = manage(*words, program, state=tmp_path, AWS_SECRET_ID="site", **variables)
    assert (done.stdout.strip(), done.returncode) == ("60", 0), done.stderr
    refused = manage(*words, program, state=tmp_path, AWS_SECRET_ID="nowhere", **variables)
    assert refused.returncode == 1
    assert "The secret nowhere cannot be read" in refused.stderr


@pytest.mark.parametrize("content", ["no json: hunter2", '["hunter2"]', '"hunter2"'])
def test_what_is_no_object_is_refused_without_being_told(client: Any, content: str) -> None:
    put(client, "odd", content)
    with pytest.raises(ImproperlyConfigured, match="must be one JSON object") as refusal:
        read_secret("odd")
    assert "hunter2" not in str(refusal.value)


def test_a_database_secret_needs_both(client: Any) -> None:
    put(client, "half", {"username": "vault"})
    with pytest.raises(ImproperlyConfigured, match="username and a password"):
        Credentials("half").current()


def test_a_refusal_asks_again_but_not_for_ever(client: Any) -> None:
    put(client, "asked", {"username": "vault", "password": "one"})
    credentials = Credentials("asked")
    known = credentials.current()
    put(client, "asked", {"username": "vault", "password": "two"})
    # Asked a moment ago: while the database is away, AWS is left in peace.
    assert credentials.changed(known) is None
    credentials._asked_at -= 10
    assert credentials.changed(known) == {"user": "vault", "password": "two"}
    # Another thread that was refused with the old one is told at once.
    assert credentials.changed(known) == {"user": "vault", "password": "two"}


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a PostgreSQL that asks the user `rotated` for a password."""
    programs = find_postgres()
    if not programs:
        pytest.skip("install postgresql")
    with temporary_server(programs) as url:
        folder = parse_qs(urlsplit(url).query)["host"][0]
        rules = Path(folder) / "data/pg_hba.conf"
        rules.write_text("local all rotated scram-sha-256\n" + rules.read_text())
        execute(url, "CREATE ROLE rotated LOGIN PASSWORD 'one'")
        execute(url, "SELECT pg_reload_conf()")
        yield url


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("/devops360?", "/postgres?"), autocommit=True) as connection:
        connection.execute(statement)


def test_a_rotated_password_needs_no_restart(client: Any, database: str) -> None:
    put(client, "rds", {"username": "rotated", "password": "one"})
    kind = rotating("rds")
    host = parse_qs(urlsplit(database).query)["host"][0]
    options: dict[str, Any] = {"host": host, "dbname": "postgres"}
    with ConnectionPool(kwargs=options, connection_class=kind, min_size=1, timeout=20) as pool:
        with pool.connection() as first:
            assert first.execute("SELECT current_user").fetchone() == ("rotated",)
        # What RDS does: the database first, then the secret.
        execute(database, "ALTER ROLE rotated PASSWORD 'two'")
        put(client, "rds", {"username": "rotated", "password": "two"})
        kind.credentials._asked_at = time.monotonic() - 60
        # Open connections go on, and a new one is made with the new password.
        with pool.connection() as second, kind.connect("", **options) as third:
            assert second.execute("SELECT 1").fetchone() == (1,)
            assert third.execute("SELECT 1").fetchone() == (1,)


def test_a_wrong_password_is_an_error_of_the_database(client: Any, database: str) -> None:
    put(client, "wrong", {"username": "rotated", "password": "wrong"})
    host = parse_qs(urlsplit(database).query)["host"][0]
    with pytest.raises(psycopg.OperationalError):
        rotating("wrong").connect("", host=host, dbname="postgres")


def test_the_sites_database_takes_its_credentials_from_there(client: Any) -> None:
    entry: Any = env.database("postgres://db.internal/vault", pool_size=3, secret_id="rds")
    assert entry["USER"] == entry["PASSWORD"] == ""
    assert entry["OPTIONS"]["pool"]["connection_class"].credentials.secret_id == "rds"
    plain: Any = env.database("postgres://a:b@db.internal/vault", pool_size=3)
    assert "connection_class" not in plain["OPTIONS"]["pool"]
