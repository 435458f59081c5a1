"""What pages of notifications send, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.http import QueryDict  # noqa: TID251  (what a form was posted as)
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from notifications.channels.base import EMAIL, IN_APP, Channel
from notifications.errors import NotificationError
from notifications.inbox import BOXES, CHANGES, INBOX
from notifications.kinds.base import Category, Subject
from notifications.models import Preference

MOST_AT_ONCE = 200
ID_DIGITS = 18


@dataclass(frozen=True)
class Shown:
    """Which notifications a page shows."""

    box: str = INBOX
    category: str = ""
    before: int | None = None


def parse_shown(data: QueryDict) -> Shown:
    """Return what is asked for; what makes no sense shows the inbox."""
    box, category, before = (data.get(name, "") for name in ("box", "category", "before"))
    return Shown(
        box=box if box in BOXES else INBOX,
        category=category if category in Category.values else "",
        # More digits than any id has would be too large for the database.
        before=int(before) if before.isdecimal() and len(before) <= ID_DIGITS else None,
    )


def parse_change(data: QueryDict) -> tuple[str, list[UUID]]:
    """Return what to do and with which: the button's own row, or the rows that are ticked.

    Raises NotificationError.
    """
    change, _blank, own = data.get("change", "").partition(" ")
    if change not in CHANGES:
        raise NotificationError(_("Say what to do: read, unread, archive or restore."))
    words = [own] if own else data.getlist("id")
    if len(words) > MOST_AT_ONCE:
        raise NotificationError(
            _("Choose at most %(most_at_once)s at once.") % {"most_at_once": MOST_AT_ONCE}
        )
    try:
        return change, [UUID(word) for word in words]
    except ValueError as error:
        raise NotificationError(_("One of these is no notification. Reload the page.")) from error


def parse_moment(data: QueryDict) -> datetime:
    """Return when all were marked. Raises NotificationError."""
    try:
        moment = parse_datetime(data.get("at", ""))
        if moment is not None and moment.tzinfo is not None:
            # What a zone moves out of the calendar no database takes.
            return moment.astimezone(UTC)
    except (OverflowError, ValueError):
        pass
    raise NotificationError(_("Say when they were marked, with a time zone."))


def parse_modes(
    data: QueryDict, *, subjects: Iterable[Subject], channels: Iterable[Channel]
) -> dict[tuple[str, str], str]:
    """Return what the table says, by subject and channel. A box that is not ticked is not sent."""
    names = [IN_APP, *(channel.name for channel in channels)]
    modes = {}
    for subject in subjects:
        for channel in names:
            sent = data.get(f"{subject.name}:{channel}", Preference.Mode.OFF)
            allowed = Preference.Mode.values if channel == EMAIL else ["on", "off"]
            if sent not in allowed:
                raise NotificationError(_("The page is out of date. Reload it, then choose again."))
            modes[subject.name, channel] = sent
    return modes
