import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured

from devops360 import environment as env


def test_text_is_stripped_and_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", " vault\n")
    assert env.text("WORD") == "vault"
    assert env.text("NO_SUCH_VARIABLE", "default") == "default"


def test_a_secret_may_come_as_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("WORD_FILE", str(tmp_path / "secret"))
    assert env.text("WORD") == "from the file"
    monkeypatch.setenv("WORD", "both")
    with pytest.raises(ImproperlyConfigured, match="WORD or WORD_FILE, not both"):
        env.text("WORD")


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD_FILE", "/no/such/file")
    with pytest.raises(ImproperlyConfigured, match=r"WORD_FILE cannot be read.*/no/such/file"):
        env.text("WORD")


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("", False)],
)
def test_flags(monkeypatch: pytest.MonkeyPatch, value: str, expected: bool) -> None:
    monkeypatch.setenv("FLAG", value)
    assert env.flag("FLAG") is expected


def test_what_is_no_flag_number_or_choice_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ODD", "maybe")
    with pytest.raises(ImproperlyConfigured, match="ODD must be 1 or 0"):
        env.flag("ODD")
    with pytest.raises(ImproperlyConfigured, match="ODD must be a whole number"):
        env.integer("ODD", 1)
    with pytest.raises(ImproperlyConfigured, match="ODD must be one of a, b"):
        env.choice("ODD", "a", ("a", "b"))
    monkeypatch.setenv("ODD", "-1")
    with pytest.raises(ImproperlyConfigured, match="ODD must be at least 0"):
        env.integer("ODD", 1)


def test_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORDS", "a, b,,c ")
    assert env.words("WORDS") == ["a", "b", "c"]


def test_numbers_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIST", "443, 8443")
    assert env.integers("LIST") == {443, 8443}
    monkeypatch.setenv("LIST", "10.1.0.0/16,fd12::/64")
    assert [str(network) for network in env.networks("LIST")] == ["10.1.0.0/16", "fd12::/64"]
    with pytest.raises(ImproperlyConfigured, match="LIST must be whole numbers"):
        env.integers("LIST")
    monkeypatch.setenv("LIST", "10.1.0.1/16")
    with pytest.raises(ImproperlyConfigured, match="LIST must be networks"):
        env.networks("LIST")


def test_a_kept_secret_stays_the_same_and_private(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret"
    secret = env.kept_secret(path)
    assert len(secret) >= 50
    assert env.kept_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_first_starts_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        secrets = set(pool.map(lambda _: env.kept_secret(tmp_path / "secret"), range(64)))
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_sqlite_waits_for_its_turn_and_is_durable() -> None:
    database = env.database("sqlite:////srv/db.sqlite3", pool_size=4)
    options = database["OPTIONS"]
    assert isinstance(options, dict)
    assert database["NAME"] == "/srv/db.sqlite3"
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in options["init_command"]


def test_postgres_with_a_password_that_needs_quoting() -> None:
    database = env.database(
        "postgres://vault:p%40ss%2F@db.example.com:5433/files?sslmode=require", pool_size=4
    )
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["USER"], database["PASSWORD"]) == ("vault", "p@ss/")
    assert (database["HOST"], database["PORT"], database["NAME"]) == (
        "db.example.com",
        "5433",
        "files",
    )
    options = database["OPTIONS"]
    assert isinstance(options, dict)
    assert options["sslmode"] == "require"
    assert options["pool"]["max_size"] == 4


def test_postgres_on_a_unix_socket() -> None:
    database = env.database("postgres://vault@/files?host=%2Frun%2Fpg", pool_size=1)
    assert database["HOST"] == "/run/pg"
    assert "host" not in database["OPTIONS"]  # type: ignore[operator]


def test_other_databases_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must start with"):
        env.database("mysql://localhost/files", pool_size=1)


@pytest.mark.parametrize(
    ("url", "port", "tls", "starttls"),
    [
        ("smtp://mail.example.com", 25, False, False),
        ("smtps://mail.example.com", 465, True, False),
        ("smtp+tls://mail.example.com", 587, False, True),
        ("smtp+tls://mail.example.com:2525", 2525, False, True),
    ],
)
def test_mail_servers(url: str, port: int, tls: bool, starttls: bool) -> None:
    options = env.mailer(url)["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["port"], options["use_ssl"], options["use_tls"]) == (port, tls, starttls)
    assert options["timeout"] > 0


def test_mail_into_a_folder() -> None:
    assert env.mailer("file:///srv/mail")["OPTIONS"] == {"file_path": "/srv/mail"}


def test_other_mail_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must be"):
        env.mailer("pigeon://roof")


@pytest.mark.parametrize(
    ("bucket", "region", "endpoint", "sources"),
    [
        ("", "eu-central-1", "", []),
        ("b", "", "http://127.0.0.1:9000/", ["http://127.0.0.1:9000/b/"]),
        (
            "b",
            "eu-central-1",
            "",
            ["https://b.s3.amazonaws.com", "https://b.s3.eu-central-1.amazonaws.com"],
        ),
        (
            "a.b",
            "eu-central-1",
            "",
            ["https://s3.amazonaws.com/a.b/", "https://s3.eu-central-1.amazonaws.com/a.b/"],
        ),
    ],
)
def test_pages_reach_this_bucket_alone(
    bucket: str, region: str, endpoint: str, sources: list[str]
) -> None:
    found = env.bucket_sources(bucket=bucket, region=region, endpoint=endpoint)
    assert found == sources


@pytest.mark.parametrize(
    ("bucket", "region"),
    [("vault", "eu-central-1"), ("vault", "us-east-1"), ("a.vault", "eu-west-1")],
)
def test_what_is_signed_is_what_pages_may_reach(bucket: str, region: str) -> None:
    """By botocore itself, which decides how a bucket is named."""
    client = boto3.client(
        "s3",
        region_name=region,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(signature_version="s3v4", s3={"addressing_style": "auto"}),
    )
    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    sources = env.bucket_sources(bucket=bucket, region=region, endpoint="")
    assert url.startswith(tuple(sources))


@pytest.mark.parametrize(
    ("name", "backend"),
    [
        ("database", "devops360.observability.backend.TracedDatabaseBackend"),
        ("immediate", "django.tasks.backends.immediate.ImmediateBackend"),
        ("dummy", "django.tasks.backends.dummy.DummyBackend"),
        ("django_tasks_sqs.SQSBackend", "django_tasks_sqs.SQSBackend"),
    ],
)
def test_engines_of_tasks(monkeypatch: pytest.MonkeyPatch, name: str, backend: str) -> None:
    monkeypatch.setenv("TASKS_BACKEND", name)
    monkeypatch.setenv("TASKS_OPTIONS", '{"region_name": "eu-central-1"}')
    assert env.tasks("database") == {
        "BACKEND": backend,
        "QUEUES": ["default", "previews"],
        "OPTIONS": {"region_name": "eu-central-1"},
    }


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TASKS_BACKEND", "redis"), ("TASKS_OPTIONS", "a=b"), ("TASKS_OPTIONS", '["a"]')],
)
def test_other_engines_are_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ImproperlyConfigured, match=variable):
        env.tasks("database")
