"""Notifications in words: what a channel, or a page, shows of one."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone, translation

from notifications.channels.base import Message
from notifications.kinds import KINDS
from notifications.models import Notification
from notifications.quiet import zone_of
from notifications.unsubscribing import link_to_unsubscribe


def message_of(
    notification: Notification, *, user: AbstractBaseUser | None, channel: str, order_key: str = ""
) -> Message:
    """Return the notification in the words of its recipient's language and time zone."""
    kind = KINDS[notification.kind]
    language = str(getattr(user, "language", "") or settings.LANGUAGE_CODE)
    zone = zone_of(user)
    with translation.override(language), timezone.override(zone):
        values = kind.values(notification.context)
        details = [(str(label), str(value % values)) for label, value in kind.details]
        return Message(
            uuid=notification.uuid,
            kind=kind.name,
            category=kind.subject.category.value,
            created_at=notification.created_at,
            title=" ".join(str(kind.title % values).split()),
            text=str(kind.text % values),
            action=str(kind.action) if notification.url else "",
            url=f"{settings.SITE_URL}{notification.url}" if notification.url else "",
            details=tuple(row for row in details if row[1]),
            context=notification.context,
            recipient_id=str(user.pk) if user else "",
            recipient_name=str(getattr(user, "name", "")),
            language=language,
            zone=zone,
            unsubscribe_url=link_to_unsubscribe(user=user, subject=kind.subject, channel=channel),
            order_key=order_key,
        )
