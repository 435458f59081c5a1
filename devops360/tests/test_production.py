"""What production insists on, asked of the real command in an environment of its own."""

from pathlib import Path

import pytest

from devops360.tests.processes import manage

PRODUCTION = {
    "ENVIRONMENT": "production",
    "SITE_URL": "https://vault.example.com",
    "SECRET_KEY": "only-to-run-the-checks-no-site-was-ever-signed-with-this-one-0123456789",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com",
    "DATABASE_URL": "postgres://vault:password@db.example.com/vault",
}


def check_deploy(state: Path, **variables: str) -> tuple[int, str]:
    words = ("check", "--deploy", "--fail-level", "WARNING")
    result = manage(*words, state=state, **variables)
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"TRUSTED_PROXIES": "1"},
        {"DATABASE_URL": "sqlite:////srv/db.sqlite3"},
        {"S3_BUCKET": "vault", "AWS_REGION": "eu-central-1"},
        {"SITE_URL": "https://vault.example.com:8443", "ALLOWED_HOSTS": "vault.example.com"},
    ],
    ids=["plain", "behind a proxy", "SQLite", "S3", "another port"],
)
def test_deployment_checks_are_silent(tmp_path: Path, extra: dict[str, str]) -> None:
    status, said = check_deploy(tmp_path, **PRODUCTION | extra)
    assert (status, said) == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SITE_URL": "http://vault.example.com"}, "devops360.E001"),
        ({"SECRET_KEY": "short"}, "devops360.E002"),
        ({"EMAIL_URL": "console:"}, "devops360.E003"),
        ({"EMAIL_URL": "file:///srv/mail"}, "devops360.E003"),
        ({"TASKS_BACKEND": "immediate"}, "devops360.E006"),
        ({"ENVIRONMENT": "local"}, "devops360.W001"),
        ({"DEBUG": "1"}, "security.W018"),
        ({"SSL_REDIRECT": "0"}, "security.W008"),
    ],
)
def test_deployment_checks_speak(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    status, said = check_deploy(tmp_path, **PRODUCTION | variables)
    assert status != 0
    assert words in said


@pytest.mark.parametrize(
    ("missing", "words"),
    [("SITE_URL", "Set SITE_URL"), ("SECRET_KEY", "Set SECRET_KEY or SECRET_KEY_FILE")],
)
def test_production_does_not_start_without(tmp_path: Path, missing: str, words: str) -> None:
    rest = {name: value for name, value in PRODUCTION.items() if name != missing}
    result = manage("check", state=tmp_path, **rest)
    assert result.returncode != 0
    assert result.stderr.startswith(f"Not configured: {words}")
    assert "Traceback" not in result.stderr


def test_run_local_refuses_production(tmp_path: Path) -> None:
    result = manage("run_local", state=tmp_path, **PRODUCTION)
    assert result.returncode != 0
    assert "run_local is for one's own machine" in result.stderr
