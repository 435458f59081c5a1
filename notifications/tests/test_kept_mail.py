"""What a laptop sends is shown on it, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from notifications import kept_mail
from notifications.channels.sms import send_sms
from notifications.looks import looks

PAGES = ("/outbox/", "/outbox/looks/", "/outbox/looks/digest/", "/outbox/looks/digest/html/")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, settings: Any) -> None:
    settings.STATE_DIR = tmp_path
    settings.SHOW_OUTBOX = True
    settings.MAILERS = {"default": {"BACKEND": "devops360.console_mail.ConsoleMailBackend"}}


def send() -> kept_mail.KeptMail:
    mail = EmailMultiAlternatives("Hello", "Text", to=["kim@example.com"])
    mail.attach_alternative("<p>HTML</p><script>alert(1)</script>", "text/html")
    mail.send()
    return next(kept_mail.kept())


@pytest.mark.parametrize("path", PAGES)
def test_elsewhere_there_is_no_such_page(
    client: Client, db: None, settings: Any, path: str
) -> None:
    assert client.get(path).status_code == 200
    settings.SHOW_OUTBOX = False
    assert client.get(path).status_code == 404


def test_a_mail_is_kept_and_shown(client: Client, db: None, capsys: Any, tmp_path: Path) -> None:
    mail = send()
    assert "Hello" in client.get("/outbox/").text
    assert "kim@example.com" in client.get(f"/outbox/{mail.name}/").text
    shown = client.get(f"/outbox/{mail.name}/html/")
    assert shown.text == "<p>HTML</p><script>alert(1)</script>"
    policy = shown["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700
    assert "Hello" in capsys.readouterr().out


def test_texts_too(client: Client, db: None, settings: Any, capsys: Any) -> None:
    settings.SMS_URL = "console:"
    send_sms(to="+4366012345", text="123 is your code")
    assert "123 is your code" in client.get("/outbox/").text
    assert "+4366012345" in client.get(f"/outbox/{next(kept_mail.kept()).name}/").text


@pytest.mark.parametrize("name", ["x", "..", "%2e%2e", "looks.json"])
def test_unknown_names_lead_nowhere(client: Client, db: None, name: str) -> None:
    send()
    assert client.get(f"/outbox/{name}/html/").status_code == 404


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(kept_mail.MOST + 5):
        kept_mail.keep(channel="email", to="a", text=str(number))
    kept = [mail.text for mail in kept_mail.kept()]
    assert len(kept) == kept_mail.MOST
    assert kept[0] == str(kept_mail.MOST + 4)


@pytest.mark.parametrize("kind", [name for names in looks() for name in names])
def test_every_kind_has_its_look(client: Client, db: None, kind: str) -> None:
    assert client.get(f"/outbox/looks/{kind}/").status_code == 200


def test_a_look_in_light_and_dark(client: Client, db: None) -> None:
    path = "/outbox/looks/file_shared/html/"
    as_it_is = client.get(path).text
    assert "@media (prefers-color-scheme: dark)" in as_it_is
    for scheme, media in (("light", "@media not all {"), ("dark", "@media all {")):
        shown = client.get(path, {"scheme": scheme}).text
        assert media in shown
        assert f'name="color-scheme" content="{scheme}"' in shown
        assert "prefers-color-scheme" not in shown
    assert client.get(path, {"scheme": "<script>"}).text == as_it_is
