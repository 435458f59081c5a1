"""How each mail looks, by its sample: for those who write the words."""

import uuid
from collections.abc import Callable, Mapping
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
    """A mail, and "" or the text message that says the same."""

    name: str
    title: str
    text: str
    html: str
    sms: str = ""


# Of other apps: notifications knows nothing of what is in their letters.
_letters: dict[str, Callable[[], Look]] = {}


def register_letters(samples: Mapping[str, Callable[[], Look]]) -> None:
    """Have letters shown beside the kinds of event, by their names. Harmless to repeat."""
    _letters.update(samples)


def looks() -> tuple[list[str], list[str]]:
    """Return the names of events and of letters."""
    return list(KINDS), list(_letters)


def find_look(name: str) -> Look | None:
    if name in KINDS:
        return look_of(KINDS[name])
    return _letters[name]() if name in _letters else None


def look_of(kind: Kind) -> Look:
    message = sample_of(kind)
    text, html = rendered(message)
    return Look(name=kind.name, title=message.title, text=text, html=html, sms=text_of(message))


def sample_of(kind: Kind) -> Message:
    """Return what the kind says of its sample to somebody called Rosa."""
    notification = Notification(
        uuid=uuid.UUID(int=0),
        kind=kind.name,
        context=dict(kind.sample),
        url="/files/" if kind.action else "",
        created_at=timezone.now(),
    )
    message = message_of(notification, user=None, channel=EMAIL)
    link = "" if EMAIL in kind.subject.locked else f"{settings.SITE_URL}/notifications/"
    told = ("file_shared", "quota_80", "request_filled") if kind.name == "digest" else ()
    items = tuple(sample_of(KINDS[name]) for name in told)
    return replace(message, recipient_name="Rosa", unsubscribe_url=link, items=items)
