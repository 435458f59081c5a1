"""The commands by which an operator helps out."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import SecurityEvent, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.second_factor.devices import make_app


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_reset_removes_every_factor_and_is_written_down(person: User) -> None:
    make_app(person)
    assert "Removed 1" in run("accounts_reset_factors", "KIM@example.com", "--yes")
    assert not person.totpdevice_set.exists()
    assert SecurityEvent.objects.get(user=person).kind == "factors_reset"


def test_reset_asks_first(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_app(person)
    monkeypatch.setattr("builtins.input", lambda _question: "n")
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("accounts_reset_factors", "kim")
    assert person.totpdevice_set.exists()


@pytest.mark.parametrize("command", ["accounts_reset_factors", "accounts_end_sessions"])
def test_nobody_of_that_name(db: None, command: str) -> None:
    with pytest.raises(CommandError, match="Nobody is called ghost"):
        run(command, "ghost")


def test_sessions_end_for_one_or_for_all(person: User, stranger: User) -> None:
    browsers = []
    for login in ("kim", "stranger"):
        client = Client()
        client.post("/account/login/", {"login": login, "password": PASSWORD})
        client.get("/account/")
        browsers.append(client)
    assert run("accounts_end_sessions", "kim") == "Ended 1 sessions.\n"
    assert browsers[0].get("/account/").status_code == 302
    assert browsers[1].get("/account/").status_code == 200
    assert run("accounts_end_sessions", "--all") == "Ended 1 sessions.\n"
    with pytest.raises(CommandError, match="Name one person"):
        run("accounts_end_sessions")


def test_list_names_who_has_no_factor(person: User, stranger: User) -> None:
    make_app(person)
    UserFactory.create(username="gone", is_active=False)
    listed = run("accounts_list", "--without-second-factor").split("\t")
    assert listed[:3] == ["stranger", "stranger@example.com", "person"]
    assert "kim" in run("accounts_list")


def test_an_administrator_made_by_command_is_led_to_enrolment(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    run("createsuperuser", "--noinput", "--username", "root2", "--email", "Root2@Example.com")
    made = User.objects.get(username="root2")
    assert EmailAddress.objects.get(user=made).verified
    client.post("/account/login/", {"login": "root2", "password": PASSWORD})
    assert client.get("/admin/")["Location"].startswith("/account/factors/")
    assert client.get("/account/factors/").status_code == 200
