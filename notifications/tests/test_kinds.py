"""Every kind: its sample fits its words, and each channel can say it."""

import re

import pytest
from django.utils import timezone, translation

from notifications.channels.base import EMAIL
from notifications.channels.sms import MAX_LENGTH
from notifications.kinds import KINDS
from notifications.kinds.base import Kind
from notifications.looks import look_of

everyone = pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)


def test_names_fit_the_columns_and_subjects_are_told_apart() -> None:
    assert all(len(name) <= 40 for name in KINDS)
    subjects = {kind.subject for kind in KINDS.values()}
    assert len({subject.name for subject in subjects}) == len(subjects)
    assert all(kind.name == name for name, kind in KINDS.items())


@everyone
def test_the_sample_has_what_the_words_name(kind: Kind) -> None:
    assert kind.places <= set(kind.sample)


@everyone
def test_every_channel_can_say_it(kind: Kind) -> None:
    with timezone.override("Europe/Vienna"), translation.override("en"):
        look = look_of(kind)
    assert look.title
    for said in (look.title, look.text, look.sms):
        assert "%(" not in said
        assert "None" not in said
    # Our own markup alone: what a context brings is escaped.
    assert look.title.replace("“", "").split()[0] in re.sub("<[^>]+>", "", look.html)
    assert 0 < len(look.sms) <= MAX_LENGTH
    assert ("unsubscribe" in look.text.lower() or "No more mail" in look.text) is (
        EMAIL not in kind.subject.locked
    )


def test_what_is_about_safety_cannot_be_switched_off_on_mail() -> None:
    safety = [kind for kind in KINDS.values() if kind.subject.category == "security"]
    assert safety
    assert all(EMAIL in kind.subject.locked for kind in safety)


def test_plurals_and_formats() -> None:
    filled = KINDS["request_filled"]
    for count, words in ((1, "1 file arrived"), (2, "2 files arrived")):
        values = filled.values({**filled.sample, "count": count})
        assert str(filled.title % values).startswith(words)
    with timezone.override("Europe/Vienna"):
        values = KINDS["link_expiring"].values({"when": "2026-12-01T12:00:00+00:00"})
    assert values["when"] == "1 December 2026, 13:00 CET"
    assert "85.0" in KINDS["quota_80"].values({"used": 85 * 1024**3})["used"]
