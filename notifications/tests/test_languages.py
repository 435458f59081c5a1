"""Everybody is told in their own language, whichever the process speaks."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from notifications.channels.base import EMAIL
from notifications.channels.push import plaintext_of
from notifications.channels.sms import text_of
from notifications.digest import send_digests
from notifications.events import notify
from notifications.kinds import KINDS
from notifications.kinds.base import NAMELESS, Kind
from notifications.looks import look_of, sample_of
from notifications.messages import message_of, words_of
from notifications.models import Delivery, Notification, Preference
from notifications.tests.factories import PersonFactory
from notifications.tests.mailbox import mailbox

SHARED = {"actor": "Rosa", "name": "Plan"}


@pytest.fixture
def german(db: None) -> Any:
    return PersonFactory(language="de", time_zone="Europe/Vienna")


def html_of(mail: Any) -> str:
    return str(mail.alternatives[0][0])


def test_a_mail_is_in_its_readers_language(german: Any) -> None:
    english = PersonFactory(language="en")
    notify(kind="file_shared", to=[german, english], context=SHARED, url="/files/")
    with translation.override("en"):
        mails = {mail.to[0]: mail for mail in mailbox()}
    german_mail, english_mail = mails[german.email], mails[english.email]
    assert german_mail.subject == "Rosa hat „Plan“ mit dir geteilt"
    assert "Du findest es unter „Mit mir geteilt“." in german_mail.body
    assert '<html lang="de">' in html_of(german_mail)
    assert "Keine solchen E-Mails mehr" in html_of(german_mail)
    assert english_mail.subject == "Rosa shared “Plan” with you"
    assert '<html lang="en">' in html_of(english_mail)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_is_said_in_german(kind: Kind, settings: Any) -> None:
    english = sample_of(kind)
    # The sample is of nobody in particular: of whoever has not chosen.
    settings.LANGUAGE_CODE = "de"
    german, look = sample_of(kind), look_of(kind)
    written_by_people = kind.name == "announcement"
    assert (german.text == english.text) is written_by_people
    assert (german.title == english.title) is written_by_people
    if english.action:
        assert german.action != english.action
    assert "Wann: " in look.text
    assert "%(" not in look.text + look.html + look.sms


def test_numbers_times_and_plurals_are_written_as_in_german(german: Any) -> None:
    with translation.override("de"):
        used = KINDS["quota_80"].values({"used": 85 * 1024**3, "quota": 100 * 1024**3})
        assert used["used"].startswith("85,0")
        when = KINDS["link_expiring"].values({"when": "2026-12-01T12:00:00+00:00"})["when"]
        assert when.startswith("1. Dezember 2026, 12:00")
    for count, words in ((1, "1 Datei für „Juni“ ist"), (2, "2 Dateien für „Juni“ sind")):
        context = {"request": "Juni", "by": f"Anna, {NAMELESS}, 2 more", "count": count}
        message = told(german, "request_filled", context)
        assert message.title.startswith(words)
        assert message.text == "Von Anna, jemand ohne Namen, 2 weitere."


def test_words_of_ours_within_the_values_are_translated(german: Any) -> None:
    context = {
        "browser": "Firefox 150 on Linux",
        "ip": "10.0.0.7",
        "place": "Private network",
        "what": "Second factor added",
        "detail": "Authenticator app: Firefox on Linux",
    }
    assert told(german, "new_browser", context).details == (
        ("Adresse", "10.0.0.7"),
        ("Browser", "Firefox 150 auf Linux"),
        ("Ort", "Privates Netz"),
    )
    changed = told(german, "security_changed", context)
    assert changed.title == "Sicherheit deines Kontos: Zweiter Faktor hinzugefügt"
    # What somebody called it stays as it is.
    assert changed.details[0] == ("Was", "Authenticator-App: Firefox on Linux")


def test_a_sentence_of_an_earlier_version_stays_as_it_was_kept() -> None:
    kind = KINDS["operators_integrity"]
    assert kind.values({"count": 2, "summary": "As it was."})["summary"] == "As it was."
    with translation.override("de"):
        now = kind.values({"count": 2, "read": 18204, "damaged": 2, "missing": 0})
    assert now["summary"].startswith("Von 18.204 gelesenen Blobs sind 2 ")


def told(person: Any, kind: str, context: dict[str, Any]) -> Any:
    notification = Notification(kind=kind, context=context, recipient=person)
    return message_of(notification, user=person, channel=EMAIL)


def test_texts_and_pushes_follow_too(german: Any) -> None:
    notify(kind="file_shared", to=german, context=SHARED, url="/files/")
    message = message_of(Notification.objects.get(), user=german, channel=EMAIL)
    assert "hat „Plan“ mit dir geteilt" in text_of(message)
    assert "hat „Plan“ mit dir geteilt" in plaintext_of(message).decode()


def test_the_digest_and_what_is_in_it_follow(german: Any) -> None:
    Preference.objects.create(user=german, subject="shared_with_me", channel=EMAIL, mode="digest")
    notify(kind="file_shared", to=german, context=SHARED, url="/files/")
    Delivery.objects.update(created_at="2020-01-01T00:00:00Z")
    assert send_digests() == 1
    (mail,) = mailbox()
    assert mail.subject.startswith("Dein Tag bei ")
    assert "Rosa hat „Plan“ mit dir geteilt" in mail.body


def test_what_nobody_has_chosen_a_language_for_is_in_english(db: None) -> None:
    notification = Notification(kind="file_shared", context=SHARED)
    assert words_of(notification).title == "Rosa shared “Plan” with you"


def test_unsubscribing_speaks_the_language_of_the_browser(german: Any) -> None:
    notify(kind="file_shared", to=german, context=SHARED, url="/files/")
    (mail,) = mailbox()
    path = mail.extra_headers["List-Unsubscribe"].strip("<>").partition("//")[2].partition("/")[2]
    page = Client(headers={"accept-language": "de-AT,de;q=0.9"}).get(f"/{path}")
    assert "Abbestellen" in page.text
    assert '<html lang="de">' in page.text
    assert page.headers["Content-Language"] == "de"
