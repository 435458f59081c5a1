"""What a kind of event is, and the subjects that people choose by."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop, ngettext
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
    # How a value is written where it is not text of somebody's: a name of FORMATS.
    formats: Mapping[str, str] = field(default_factory=dict)
    # Sentences in place of a value, made of others; the value itself, where one of them is missing.
    phrases: Mapping[str, Words] = field(default_factory=dict)
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
        values: dict[str, Any] = {
            name: FORMATS[self.formats[name]](str(value)) if name in self.formats else value
            for name, value in context.items()
        }
        for name, phrase in self.phrases.items():
            # A row of an earlier version of the site has the sentence alone.
            with suppress(KeyError):
                values[name] = str(phrase % values)
        return values


def source_of(words: Words) -> str:
    """Return a text of ours as the code has it, to be kept in a context: see "words" of FORMATS."""
    with translation.override("en"):
        return str(words)


def _size(value: str) -> str:
    return filesizeformat(value)


def _number(value: str) -> str:
    return number_format(int(value), force_grouping=True)


def _time(value: str) -> str:
    at = timezone.localtime(datetime.fromisoformat(value))
    return f"{date_format(at, 'DATETIME_FORMAT')} {at:%Z}"


def _words(value: str) -> str:
    # gettext("") is the head of the catalogue.
    return gettext(value) if value else ""


def _labelled(value: str) -> str:
    label, colon, rest = value.partition(": ")
    return f"{_words(label)}{colon}{rest}"


def _browser(value: str) -> str:
    browser, on, system = value.rpartition(" on ")
    if not on:
        return _words(value)
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}


def _names(value: str) -> str:
    return ", ".join(_name(name) for name in value.split(", "))


def _name(name: str) -> str:
    number, more, rest = name.partition(" more")
    if number.isdecimal() and more and not rest:
        return ngettext("%(count)s more", "%(count)s more", int(number)) % {"count": number}
    return _words(name) if name == NAMELESS else name


# What is kept of somebody who did not say who they are.
NAMELESS = gettext_noop("somebody without a name")

FORMATS: dict[str, Callable[[str], str]] = {
    # Bytes.
    "size": _size,
    # A whole one, with its thousands apart.
    "number": _number,
    # ISO 8601.
    "time": _time,
    # Words of ours: kept as the code has them (source_of, gettext_noop).
    "words": _words,
    # The same, before ": " and what somebody called it.
    "labelled": _labelled,
    # As accounts.user_agents names it.
    "browser": _browser,
    # Names with ", " between; the last may be "3 more".
    "names": _names,
}
