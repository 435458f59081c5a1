"""Notifications in words: what a channel, or a page, shows of one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notifications.channels.base import Message
from notifications.kinds import KINDS
from notifications.models import Notification
from notifications.quiet import zone_of
from notifications.unsubscribing import link_to_unsubscribe


@dataclass(frozen=True)
class Words:
    """A notification in the language and time zone at hand."""

    title: str
    text: str
    action: str
    details: tuple[tuple[str, str], ...]


def words_of(notification: Notification) -> Words:
    kind = KINDS.get(notification.kind)
    if kind is None:
        # Written by a newer version of the site, or by one that is long gone.
        return Words(title=notification.kind, text="", action=_("Open"), details=())
    values = kind.values(notification.context)
    details = [(str(label), str(value % values)) for label, value in kind.details]
    return Words(
        title=" ".join(str(kind.title % values).split()),
        text=str(kind.text % values),
        action=str(kind.action or _("Open")),
        details=tuple(row for row in details if row[1]),
    )


def message_of(
    notification: Notification,
    *,
    user: AbstractBaseUser | None,
    channel: str,
    order_key: str = "",
    items: Sequence[Notification] = (),
) -> Message:
    """Return the notification in the words of its recipient's language and time zone.

    `items` are what a digest tells of.
    """
    kind = KINDS[notification.kind]
    language = str(getattr(user, "language", "") or settings.LANGUAGE_CODE)
    zone = zone_of(user)
    with translation.override(language), timezone.override(zone):
        words = words_of(notification)
        return Message(
            uuid=notification.uuid,
            kind=kind.name,
            category=kind.subject.category.value,
            created_at=notification.created_at,
            title=words.title,
            text=words.text,
            action=words.action if notification.url else "",
            url=f"{settings.SITE_URL}{notification.url}" if notification.url else "",
            details=words.details,
            context=notification.context,
            recipient_id=str(user.pk) if user else "",
            recipient_name=str(getattr(user, "name", "")),
            language=language,
            zone=zone,
            unsubscribe_url=link_to_unsubscribe(user=user, subject=kind.subject, channel=channel),
            order_key=order_key,
            items=tuple(message_of(item, user=user, channel=channel) for item in items),
        )
