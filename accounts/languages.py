"""Which language somebody reads who has not said so yet, and what scripts say in it."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest  # noqa: TID251  (what a browser says of its reader)
from django.utils.translation import trans_real


def wanted_language(request: HttpRequest | None) -> str:
    """Return the best of MESSAGE_LANGUAGES by what the browser asks for; English for none.

    Not Django's get_language_from_request: that one knows only the languages of pages.
    """
    offered = {code for code, _name in settings.MESSAGE_LANGUAGES}
    asked = request.headers.get("accept-language", "") if request else ""
    for code, _quality in trans_real.parse_accept_lang_header(asked):
        for candidate in (code, code.partition("-")[0]):
            if candidate in offered:
                return candidate
    return str(settings.LANGUAGE_CODE)


@cache
def script_digest(language: str) -> str:
    """Return what changes when the catalogue of scripts does; "" where there is none."""
    paths = [Path(place, language, "LC_MESSAGES/djangojs.mo") for place in settings.LOCALE_PATHS]
    found = b"".join(path.read_bytes() for path in paths if path.exists())
    return sha256(found).hexdigest()[:16] if found else ""
