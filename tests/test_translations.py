"""The catalogues: whole, in step with the code and with what is compiled of them.

Where one of these fails after a change of words: docs/translating.md.
"""

import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings

from devops360.management.commands.messages import gather

# Where there is something to read for people.
SOURCES = ("accounts", "devops360", "files", "notifications", "static", "templates")
CATALOGUES = sorted(Path(settings.BASE_DIR, "locale").glob("*/LC_MESSAGES/*.po"))
# printf places, tags of HTML with their attributes, and addresses that are kept.
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|%%")
TAGS = re.compile(r"</?\w+[^>]*>")

every_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)


def texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Return each text with its translation; both forms of a plural with each of theirs."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid_plural, said) for said in entry.msgstr_plural.values()]


def test_there_are_catalogues_of_pages_and_of_scripts() -> None:
    assert {path.name for path in CATALOGUES} == {"django.po", "djangojs.po"}
    translated = {path.parent.parent.name for path in CATALOGUES}
    assert {code for code, _name in settings.LANGUAGES} - {"en"} <= translated


@every_catalogue
def test_everything_is_translated(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


@every_catalogue
def test_places_and_markup_are_those_of_the_text(path: Path) -> None:
    wrong = [
        (text, said)
        for entry in polib.pofile(str(path))
        for text, said in texts(entry)
        for pattern in (PLACES, TAGS)
        if Counter(pattern.findall(text)) != Counter(pattern.findall(said))
    ]
    assert wrong == []


@every_catalogue
def test_what_is_compiled_is_what_is_written(path: Path) -> None:
    def content(entries: Any) -> dict[tuple[str, str], tuple[str, dict[int, str]]]:
        return {
            (entry.msgctxt or "", entry.msgid): (entry.msgstr, entry.msgstr_plural)
            for entry in entries
        }

    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert content(compiled) == content(polib.pofile(str(path))), "run: make messages"


def sources(path: Path) -> set[tuple[str, str, str]]:
    return {
        (entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in polib.pofile(str(path))
    }


def test_every_text_is_in_the_catalogues(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makemessages finds, and nothing that it does not."""
    if shutil.which("xgettext") is None and os.environ.get("REQUIRE_ALL") != "1":
        pytest.skip("GNU gettext is not installed")
    # Beside the catalogues makemessages would write into them.
    for place in SOURCES:
        (tmp_path / place).symlink_to(settings.BASE_DIR / place)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    monkeypatch.chdir(tmp_path)
    gather(locales=["de"], symlinks=True)
    for path in CATALOGUES:
        found = sources(tmp_path / path.relative_to(settings.BASE_DIR))
        written = sources(path)
        assert found - written == set(), f"{path.name} lacks these. Run: make messages"
        assert written - found == set(), f"{path.name} has these for nothing. Run: make messages"
