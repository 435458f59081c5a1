"""E-mail that answers somebody: links and codes, in text and HTML, in the reader's language.

What merely happened to an account is a notification: accounts.notices. Both only write what is
owed, in the caller's transaction; a worker sends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from notifications import letters

# Links of a day, and what only says something: later it would not be expected any more.
GOOD_FOR = timedelta(days=1)


def absolute_url(name: str, *args: object) -> str:
    """Return the address of a view for use in mail, whatever host the request named."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


@dataclass(frozen=True)
class Words:
    """A letter as its reader gets it."""

    subject: str
    text: str
    html: str


def post_letter(
    *,
    template: str,
    to: str,
    context: Mapping[str, Any],
    language: str = "",
    good_for: timedelta = GOOD_FOR,
) -> None:
    """Owe a letter to an address.

    It is sent within a second or so, and tried again while the mail server is down, until it has
    become useless.
    """
    words = words_of(template=template, to=to, context=context, language=language)
    letters.post(to=to, subject=words.subject, text=words.text, html=words.html, good_for=good_for)


def words_of(*, template: str, to: str, context: Mapping[str, Any], language: str = "") -> Words:
    """Return what `<template>_subject.txt`, `_message.txt` and `_message.html` make of it."""
    values = {
        **context,
        "email": to,
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "now": timezone.now(),
    }
    with translation.override(language or translation.get_language()):
        subject = render_to_string(f"{template}_subject.txt", values)
        text = render_to_string(f"{template}_message.txt", values)
        html = render_to_string(f"{template}_message.html", values)
    return Words(" ".join(subject.split()), text.strip() + "\n", html)


def post_to_person(
    *, template: str, user: User, good_for: timedelta = GOOD_FOR, **context: object
) -> None:
    """Owe a letter to a person's own address, in the person's language and time zone."""
    with timezone.override(user.zone):
        post_letter(
            template=template,
            to=user.email,
            context={"user": user, **context},
            language=user.language,
            good_for=good_for,
        )
