"""Gather what is said, for translators, and compile what they made of it: docs/translating.md."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

# What people never read, and what is not ours.
IGNORED = [
    *(".*", "var", "media", "infra", "deploy", "bench", "practice", "local_cloud", "tests"),
    *("templates/notifications/outbox/*", "conftest.py", "gunicorn.conf.py"),
]
# Texts in one line, each with its files but not the lines of them: what moves changes nothing.
LOOKS: dict[str, Any] = {"add_location": "file", "no_wrap": True, "no_obsolete": True}


def gather(*, locales: list[str], symlinks: bool = False, verbosity: int = 0) -> None:
    """Bring the catalogues of pages and of scripts up to date. Needs GNU gettext."""
    common = {
        "locale": locales,
        "symlinks": symlinks,
        "ignore_patterns": IGNORED,
        "verbosity": verbosity,
        **LOOKS,
    }
    call_command("makemessages", domain="django", extensions=["py", "html", "txt"], **common)
    call_command("makemessages", domain="djangojs", extensions=["js"], **common)


class Command(BaseCommand):
    help = (
        "Gather the texts into locale/, and compile them. Needs GNU gettext: apt install gettext."
    )

    def handle(self, *, verbosity: int, **options: Any) -> None:
        gather(locales=["de"], verbosity=verbosity)
        call_command("compilemessages", locale=["de"], ignore_patterns=[".*"], verbosity=verbosity)
