"""Names of files and folders: display text, never part of a path on disk."""

import re
import unicodedata
from pathlib import PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _

from files.errors import InvalidNameError

DIGITS = re.compile(r"[0-9]{1,200}")
SEARCH_BYTES = 765
# What a search looks past, for str.translate: accents, points of Hebrew and Arabic, joiners; and
# Latin letters that Unicode does not take apart.
LETTERS = {
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "ħ": "h",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
}
LOOSE: dict[int, str | None] = {
    **dict.fromkeys((*range(0x300, 0x370), *range(0x1DC0, 0x1E00), *range(0x20D0, 0x2100))),
    **dict.fromkeys((*range(0x591, 0x5C8), 0x640, *range(0x64B, 0x660), 0x670)),
    **dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF)),
    **{ord(letter): plain for letter, plain in LETTERS.items()},
}
BIDI_CONTROLS = {
    *"\u061c\u200e\u200f",  # marks
    *(chr(code) for code in range(0x202A, 0x202F)),  # embeddings and overrides
    *(chr(code) for code in range(0x2066, 0x206A)),  # isolates
}


def clean_name(raw: str) -> str:
    """Return `raw` in NFC, without control and bidirectional control characters.

    Those can make a name show as another ("exe.jpg" for "gpj.exe"): Unicode TR36, 2.10.
    Raises InvalidNameError for what is left empty, "." and "..", a slash, or more UTF-8 than
    FILES_NAME_BYTES.
    """
    name = "".join(
        char
        for char in unicodedata.normalize("NFC", raw)
        if unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"} and char not in BIDI_CONTROLS
    ).strip()
    if not name:
        raise InvalidNameError(_("Give it a name."))
    if name in {".", ".."}:
        raise InvalidNameError(_("“.” and “..” cannot be names. Choose another."))
    if "/" in name or "\\" in name:
        raise InvalidNameError(_("A name cannot contain / or \\. Choose another."))
    if len(name.encode()) > settings.FILES_NAME_BYTES:
        limit = settings.FILES_NAME_BYTES
        raise InvalidNameError(
            _("This name is too long: use at most %(limit)s bytes.") % {"limit": limit}
        )
    return name


def clean_path(raw: str) -> list[str]:
    """Return the clean names of a relative path, `holiday/day 1/beach.jpg`, folders first.

    Raises InvalidNameError where one of them is no name.
    """
    parts = raw.split("/")
    if len(parts) > settings.FILES_DEPTH:
        raise InvalidNameError(
            _("Folders go at most %(levels)s levels deep.") % {"levels": settings.FILES_DEPTH}
        )
    return [clean_name(part) for part in parts]


def name_key(name: str) -> str:
    """Return what two names share when they differ only by case (Unicode 3.13, D146)."""
    folded = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFC", folded)


def sort_key(name: str) -> str:
    """Return what orders names as people count: `page 9` before `page 10`.

    Each run of digits gets its length in front, so that a longer number comes after. Leading
    zeros count as digits, which keeps the key different for different names.
    """
    return DIGITS.sub(lambda run: chr(ord("0") + len(run[0])) + run[0], name_key(name))


def search_key(text: str) -> str:
    """Return what names and queries are compared by: no case, no accents, one form of each letter.

    `é` and `e` find each other, as do `ø` and `o`, `ß` and `ss`, full-width and narrow, `ﬁ` and
    `fi`, Arabic and Hebrew with and without points. Marks that make another letter of it in
    their script stay: `が` is not `か`, Devanagari keeps its vowels.
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(LOOSE)
    # Some letters fold to marks of their own, such as `İ`.
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKD", plain).translate(LOOSE))
    # A single character can become eighteen: whatever the name, its key fits into an index.
    return folded.encode()[:SEARCH_BYTES].decode(errors="ignore") or name_key(text)


def name_fields(name: str) -> dict[str, str]:
    """Return the fields of a Node that follow from its name."""
    return {
        "name": name,
        "name_key": name_key(name),
        "search_key": search_key(name),
        "sort_key": sort_key(name),
    }


def numbered(name: str, number: int) -> str:
    """Return `report (2).pdf` for `report.pdf` and 2, shortened to stay a valid name."""
    suffix = PurePosixPath(name).suffix if not name.startswith(".") else ""
    stem = name[: len(name) - len(suffix)]
    stem = re.sub(r" \(\d{1,6}\)$", "", stem)
    tail = f" ({number}){suffix}"
    room = settings.FILES_NAME_BYTES - len(tail.encode())
    if room < 1:  # an "extension" of 250 bytes is none
        stem, tail, room = name, f" ({number})", settings.FILES_NAME_BYTES - 9
    return stem.encode()[:room].decode(errors="ignore").rstrip() + tail
