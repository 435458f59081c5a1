"""Which language an account, and what is written to it, gets."""

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
