"""How each kind looks, by its sample: for those who write the words."""

import uuid
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils import timezone

from notifications.channels.base import EMAIL, Message
from notifications.channels.email import rendered
from notifications.channels.sms import text_of
from notifications.kinds import KINDS
from notifications.kinds.base import Kind
from notifications.messages import message_of
from notifications.models import Notification


@dataclass(frozen=True)
class Look:
    kind: Kind
    message: Message
    text: str
    html: str
    sms: str


def look_of(kind: Kind) -> Look:
    message = _sample(kind)
    if kind.name == "digest":
        items = [_sample(KINDS[name]) for name in ("file_shared", "quota_80", "request_filled")]
        message = replace(message, items=tuple(items))
    text, html = rendered(message)
    return Look(kind=kind, message=message, text=text, html=html, sms=text_of(message))


def _sample(kind: Kind) -> Message:
    notification = Notification(
        uuid=uuid.UUID(int=0),
        kind=kind.name,
        context=dict(kind.sample),
        url="/files/" if kind.action else "",
        created_at=timezone.now(),
    )
    message = message_of(notification, user=None, channel=EMAIL)
    link = "" if EMAIL in kind.subject.locked else f"{settings.SITE_URL}/notifications/"
    return replace(message, recipient_name="Rosa", unsubscribe_url=link)
