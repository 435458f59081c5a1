"""What `make run` does around the site itself. The running site: tests/browser."""

import socket
import stat
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import Settings

from accounts.models import User
from devops360 import supervisor
from devops360.demo import content
from devops360.demo.account import EMAIL, ensure_demo_account
from devops360.tests.processes import manage
from files.models import Node


@pytest.fixture
def taken_port() -> object:
    with socket.socket() as listener:
        listener.bind((supervisor.ADDRESS, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_one_clear_line(taken_port: int, tmp_path: Path) -> None:
    result = manage("run_local", state=tmp_path, PORT=str(taken_port))
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr == (
        f"CommandError: Port {taken_port} is taken. Choose another: make run PORT=8001\n"
    )


def test_a_port_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    result = manage("run_local", state=tmp_path, PORT="http")
    assert result.stderr == "Not configured: PORT must be a whole number, not 'http'.\n"
    with pytest.raises(supervisor.PortError, match="between 1 and 65535"):
        supervisor.require_free_port(65_536)


def test_a_free_port_is_fine() -> None:
    with socket.socket() as probe:
        probe.bind((supervisor.ADDRESS, 0))
        port = probe.getsockname()[1]
    supervisor.require_free_port(port)


@pytest.mark.django_db
def test_nothing_is_migrated_that_is_up_to_date() -> None:
    assert supervisor.prepare_database() == 0
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_static_files_are_collected_only_when_they_change(
    settings: Settings, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("body { margin: 0 }\n" * 100)
    (source / "main.js").write_text('import { help } from "./lib/help.js";\nhelp();\n')
    (source / "lib").mkdir()
    (source / "lib" / "help.js").write_text("export function help() {}\n")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [source]
    settings.STATE_DIR = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "devops360.static_storage.VaultStaticFilesStorage"}
    }
    assert supervisor.prepare_static() is True
    assert supervisor.prepare_static() is False
    hashed = next(path for path in settings.STATIC_ROOT.glob("main.*.js"))
    # The module finds the other under its hashed name.
    assert '"./lib/help.' in hashed.read_text()
    assert '"./lib/help.js"' not in hashed.read_text()
    assert list(settings.STATIC_ROOT.glob("page.*.css.gz"))
    (source / "page.css").write_text("body { color: red }")
    assert supervisor.prepare_static() is True


@pytest.mark.django_db(transaction=True)
def test_the_demo_account_is_made_once_with_real_files(settings: Settings, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    first = ensure_demo_account()
    user = User.objects.get(email=EMAIL)
    kept = tmp_path / "demo-password"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert first.advice == f"Sign in as {EMAIL} with the password {kept.read_text()}"
    assert user.check_password(kept.read_text())
    assert EmailAddress.objects.get(user=user).verified
    files = Node.objects.owned_by(user).files()
    assert files.count() == len(content.FILES)
    types = {node.name: node.media_type for node in files}
    assert types["Evening ridge.jpg"] == "image/jpeg"
    assert types["A short guide.pdf"] == "application/pdf"
    assert types["Melody in A minor.wav"] in {"audio/wav", "audio/x-wav"}

    assert ensure_demo_account() == first
    call_command("create_demo")
    assert files.count() == len(content.FILES)

    user.set_password("something of their own")
    user.save()
    assert "that you have chosen" in ensure_demo_account().advice


@pytest.mark.django_db(transaction=True)
def test_a_deleted_demo_account_stays_deleted(settings: Settings, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path
    (tmp_path / "demo-password").write_text("older")
    assert "has been deleted" in ensure_demo_account().advice
    assert not User.objects.exists()
    with pytest.raises(CommandError, match="has been deleted"):
        call_command("create_demo")


def test_the_demo_password_differs_between_machines(settings: Settings, tmp_path: Path) -> None:
    from devops360.demo.account import _kept_password

    passwords = set()
    for number in range(20):
        settings.STATE_DIR = tmp_path / str(number)
        settings.STATE_DIR.mkdir()
        passwords.add(_kept_password())
    assert len(passwords) == 20
