"""The rows and cards of a list of files: many of them, and quickly."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from devops360.stencil import Stencil
from devops360.templatetags.ui import icon, kind_icon, moment
from files.sizes import filesize

register = template.Library()

# What differs from row to row. The id is a UUID, so that addresses are made of it as ever.
MARKS = {name: secrets.token_hex(12) for name in ("name", "bytes", "picture", "size", "at", "more")}
MARKS["pk"] = str(uuid4())


@dataclass(frozen=True)
class Kind:
    """What rows have in common that are made by one stencil."""

    template: str
    language: str | None
    draggable: bool
    is_folder: bool
    has_picture: bool
    is_starred: bool


@register.simple_tag
def entry_rows(
    entries: Iterable[Any],
    template_name: str,
    *,
    icon_size: int = 20,
    draggable: bool = False,
    show_place: bool = False,
) -> SafeString:
    """Return each entry by that template, which gets marks for what differs, and a Kind's facts.

    What few have is rendered for these alone: `show_place` for where each lies, and its tags.
    """
    # A changed template shows at once.
    stencil_of = _stencil.__wrapped__ if settings.DEBUG else _stencil
    language = get_language()
    rows = []
    for entry in entries:
        kind = Kind(
            template_name,
            language,
            draggable,
            is_folder=entry.is_folder,
            has_picture=bool(entry.thumbnail_url),
            is_starred=entry.is_starred,
        )
        values = {
            "pk": str(entry.pk),
            "name": escape(entry.name),
            "bytes": str(entry.size),
            "picture": _picture(entry, icon_size),
            "size": escape(filesize(entry.size)),
            "at": moment(getattr(entry, "at", None) or entry.modified_at),
            "more": _more(entry, show_place=show_place),
        }
        rows.append(stencil_of(kind).fill(values))
    return SafeString("".join(rows))


@lru_cache(maxsize=128)
def _stencil(kind: Kind) -> Stencil:
    entry = MARKS | asdict(kind)
    markup = render_to_string(kind.template, {"entry": entry, "draggable": kind.draggable})
    return Stencil(markup, {mark: name for name, mark in MARKS.items()})


def _picture(entry: Any, size: int) -> str:
    """Return the address of the thumbnail, or else an icon."""
    if entry.thumbnail_url:
        return escape(entry.thumbnail_url)
    name = "folder" if entry.is_folder else kind_icon(entry.media_type)
    return icon(name, size=size)


def _more(entry: Any, *, show_place: bool) -> str:
    if not show_place and not entry.own_tags:
        return ""
    context = {"entry": entry, "show_place": show_place}
    return render_to_string("files/parts/entry_place.html", context)
