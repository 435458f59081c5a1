"""No letter without its sample: the page of looks, and what is checked there, shows every one."""

from pathlib import Path

import pytest
from django.conf import settings

from accounts.letter_samples import LINKED, PLAIN, SAMPLES, SECRET
from notifications.kinds import KINDS
from notifications.looks import find_look

LETTERS = Path(settings.BASE_DIR, "templates", "account", "email")


def test_every_letter_that_there_is_has_a_sample() -> None:
    written = {path.name.removesuffix("_subject.txt") for path in LETTERS.glob("*_subject.txt")}
    assert written == {*PLAIN, *LINKED, "recovery"}
    assert not set(SAMPLES) & set(KINDS)


@pytest.mark.parametrize("name", SAMPLES)
def test_both_parts_are_whole(name: str) -> None:
    look = find_look(name)
    assert look is not None
    for part in (look.text, look.html):
        assert "Rosa Keller" in part
    assert look.title
    assert len(look.text.splitlines()) > 3
    has_link = name.removeprefix("letter_") in {*LINKED, "recovery_asked", "recovery_approved"}
    assert (SECRET in look.text, SECRET in look.html) == (has_link, has_link)


def test_a_code_is_shown_as_a_text_message_too() -> None:
    look = find_look("letter_sent_code")
    assert look is not None
    assert look.sms.splitlines()[-1].endswith(f"#{look.title.split()[0]}")
