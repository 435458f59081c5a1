"""Which language somebody reads who has not said so yet, and what scripts say in it."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest  # noqa: TID251  (what a browser says of its reader)
from django.utils.translation import get_language_from_request


def wanted_language(request: HttpRequest | None) -> str:
    """Return what a visitor has chosen, or what their browser asks for; English for neither."""
    return get_language_from_request(request) if request else str(settings.LANGUAGE_CODE)


@cache
def script_digest(language: str) -> str:
    """Return what changes when the catalogue of scripts does; "" where there is none."""
    paths = [Path(place, language, "LC_MESSAGES/djangojs.mo") for place in settings.LOCALE_PATHS]
    found = b"".join(path.read_bytes() for path in paths if path.exists())
    return sha256(found).hexdigest()[:16] if found else ""
