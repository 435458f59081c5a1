"""Which language an account, and what is written to it, gets."""

import re

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import translation

from accounts import people
from accounts.languages import wanted_language
from accounts.models import User
from accounts.second_factor.sent_codes import text_code
from notifications.tests.mailbox import mailbox

PASSWORD = "a-long-and-quiet-river"
GERMAN = "de-AT,de;q=0.9,en;q=0.5"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (GERMAN, "de"),
        ("fr-FR,fr;q=0.9,de;q=0.4,en;q=0.2", "de"),
        ("en-GB,de;q=0.5", "en"),
        ("fr", "en"),
        ("", "en"),
        ("x" * 600, "en"),
    ],
)
def test_the_best_of_what_the_browser_asks_for(asked: str, language: str) -> None:
    request = RequestFactory().get("/", headers={"accept-language": asked})
    assert wanted_language(request) == language


def sign_up(username: str, asked: str) -> None:
    form = {"email": f"{username}@example.com", "username": username}
    form |= {"password1": PASSWORD, "password2": PASSWORD}
    client = Client(headers={"accept-language": asked})
    assert client.post("/account/signup/", form).status_code == 302


def test_a_new_account_is_written_to_in_the_language_of_its_browser(db: None) -> None:
    sign_up("newcomer", GERMAN)
    assert User.objects.get().language == "de"
    with translation.override("en"):
        (letter,) = mailbox()
    assert letter.subject.startswith("Bestätige deine Adresse für ")
    assert str(letter.body).startswith("Hallo newcomer,\n\nÖffne diesen Link, um deine Adresse")
    assert "Meine Adresse bestätigen" in str(letter.alternatives[0][0])  # type: ignore[attr-defined]


def test_somebody_without_an_account_is_answered_in_the_browsers_language(db: None) -> None:
    client = Client(headers={"accept-language": GERMAN})
    client.post("/account/password/reset/", {"email": "nobody@example.com"})
    (letter,) = mailbox()
    assert letter.subject.startswith("Kein Konto für diese Adresse bei ")


def test_an_invitation_is_in_the_language_that_was_chosen_for_it(db: None) -> None:
    people.invite_person(email="kim@example.com", username="kim", language="de")
    (letter,) = mailbox()
    assert letter.subject.startswith("Du bist zu ")
    assert "einem privaten Ort für Dateien" in str(letter.body)


def test_a_code_by_text_is_in_the_persons_language(capsys: pytest.CaptureFixture[str]) -> None:
    text_code(number="+41446681800", code="123456", language="de")
    said = capsys.readouterr().out
    assert "123456 ist dein Code für " in said
    # What phones read is the same in every language (WebOTP).
    assert said.rstrip().endswith("#123456")
    assert mail.outbox == []


def test_a_visitor_reads_pages_as_the_browser_asks(db: None) -> None:
    page = Client(headers={"accept-language": GERMAN}).get("/account/login/")
    assert '<html lang="de">' in page.text
    assert "Passwort vergessen?" in page.text
    assert page.headers["Content-Language"] == "de"
    assert "Accept-Language" in page.headers["Vary"]
    # Whatever the language: no cache keeps a page.
    assert "no-store" in page.headers["Cache-Control"]
    assert "Forgot your password?" in Client().get("/account/login/").text


def test_a_visitor_chooses_another(db: None) -> None:
    client = Client(headers={"accept-language": GERMAN})
    here = "http://testserver/account/signup/"
    chosen = client.post("/account/language/", {"language": "en"}, headers={"referer": here})
    assert chosen.headers["Location"] == here
    assert "Create account" in client.get("/account/signup/").text
    form = {"email": "n@example.com", "username": "newcomer"}
    client.post("/account/signup/", form | {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get().language == "en"


def test_nobody_is_led_elsewhere_by_the_choice(db: None) -> None:
    chosen = Client().post(
        "/account/language/", {"language": "de", "next": "https://evil.example/"}
    )
    assert chosen.headers["Location"] == "/"


def test_the_profile_decides_for_who_is_signed_in(signed_in: Client, person: User) -> None:
    User.objects.update(language="de")
    page = signed_in.get("/account/", headers={"accept-language": "en"})
    assert '<html lang="de">' in page.text
    assert page.headers["Content-Language"] == "de"
    # No switch at the foot: it is in the form.
    assert "language-switch" not in page.text


def test_scripts_get_the_words_of_the_page(db: None) -> None:
    german = Client(headers={"accept-language": GERMAN})
    (address,) = re.findall(r'<script defer src="([^"]+)"', german.get("/account/login/").text)
    words = german.get(address)
    assert "R\\u00fcckg\\u00e4ngig" in words.text or "Rückgängig" in words.text
    assert "immutable" in words.headers["Cache-Control"]
    # In English scripts say what is written in them.
    assert "<script defer" not in Client().get("/account/login/").text
    assert Client().get(address.replace("/de/", "/xx/")).status_code == 404
