"""What a kind of event is, and the subjects that people choose by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import EMAIL, IN_APP, JSON, PUSH, TOPIC, WEBHOOK

type Words = str | Promise


class _Asked(dict[str, int]):
    """Notes which names are asked of it; 1 will do for any place, and for a plural."""

    def __missing__(self, name: str) -> int:
        self[name] = 1
        return 1


class Category(models.TextChoices):
    SECURITY = "security", _("Security")
    SHARING = "sharing", _("Sharing")
    STORAGE = "storage", _("Storage")
    SITE = "site", _("This site")


@dataclass(frozen=True)
class Subject:
    """A row of people's table of preferences: kinds that are switched on and off together."""

    name: str
    title: Words
    category: Category
    # Channels on which it is told at once unless the person says otherwise.
    defaults: frozenset[str]
    # Channels on which it cannot be switched off, nor be late.
    locked: frozenset[str] = frozenset()
    # Shown to, and meant for, those who run the site.
    for_staff: bool = False
    # In the table. What comes of other choices, and what people ask for themselves, is not.
    is_offered: bool = True

    @property
    def is_urgent(self) -> bool:
        """Told in quiet hours too."""
        return bool(self.locked)


QUIETLY = frozenset({IN_APP, WEBHOOK, TOPIC})
WITH_MAIL = QUIETLY | {EMAIL}
EVERYWHERE = WITH_MAIL | {PUSH}
ON_MAIL = frozenset({EMAIL})


@dataclass(frozen=True)
class Kind:
    """Something that happens. Its words are made from the event's context when they are shown.

    `title`, `text` and the values of `details` hold places such as %(name)s; every one must be in
    the context given to notify(). `sample` is a context to show the look of it by.
    """

    name: str
    subject: Subject
    title: Words
    text: Words
    # What the button that leads to the notification's address says.
    action: Words = ""
    # Label and value of a small table; a row whose value comes out empty is left out.
    details: tuple[tuple[Words, str], ...] = ()
    # How a value is written where it is not text: "size" (bytes) or "time" (ISO 8601).
    formats: Mapping[str, str] = field(default_factory=dict)
    # Of one person's on one channel, an earlier one that is still owed goes first.
    ordered: bool = False
    sample: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def places(self) -> frozenset[str]:
        """The names that a context must have."""
        asked = _Asked()
        for words in (self.title, self.text, *(value for _label, value in self.details)):
            _written = words % asked
        return frozenset(asked)

    def values(self, context: Mapping[str, JSON]) -> dict[str, Any]:
        """Return the context as it is written out, in the language and time zone at hand."""
        return {
            name: _formatted(value, self.formats.get(name, "")) for name, value in context.items()
        }


def _formatted(value: JSON, how: str) -> JSON:
    if how == "size":
        return filesizeformat(str(value))
    if how == "time":
        at = datetime.fromisoformat(str(value))
        return f"{date_format(timezone.localtime(at), 'j F Y, H:i')} {timezone.localtime(at):%Z}"
    return value
