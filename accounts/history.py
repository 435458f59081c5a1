"""Writing down what happens to an account (ASVS 5.0: 16.3.1, 16.3.2)."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.clients import NOBODY, Client
from accounts.metrics import SECURITY_EVENTS
from accounts.models import SecurityEvent, User

logger = logging.getLogger(__name__)

KEPT = timedelta(days=400)
# Sign-ins, to know whether a place is new.
LOOKED_AT = 200
Kind = SecurityEvent.Kind

type Listener = Callable[[SecurityEvent], None]
_listeners: dict[str, Listener] = {}


def register_listener(name: str, listener: Listener) -> None:
    """Have every event told to `listener`, in its own transaction. The same name replaces it."""
    _listeners[name] = listener


def record(
    *, user: User, kind: Kind, client: Client = NOBODY, detail: str = "", by: User | None = None
) -> SecurityEvent:
    """Add an event to a person's history, in the transaction of the change, and to the log."""
    logger.info(
        "security kind=%s user=%s ip=%s by=%s", kind, user.pk, client.ip, by.pk if by else "-"
    )
    SECURITY_EVENTS.labels(kind).inc()
    event = SecurityEvent.objects.create(
        user=user,
        kind=kind,
        detail=detail[:200],
        ip=client.ip or None,
        user_agent=client.user_agent,
        by=by,
    )
    _tell(event)
    return event


def refuse_nobody(*, kind: Kind, client: Client) -> None:
    """Tell listeners of a refusal for an account that there is not: as much is written for one."""
    SECURITY_EVENTS.labels(kind).inc()
    _tell(SecurityEvent(kind=kind, ip=client.ip or None, user_agent=client.user_agent))


def _tell(event: SecurityEvent) -> None:
    for listener in _listeners.values():
        listener(event)


def addresses_of_sign_ins(user: User) -> set[str]:
    """Return the addresses of the person's last sign-ins."""
    events = SecurityEvent.objects.filter(user=user, kind=Kind.SIGNED_IN).order_by("-id")
    return {ip for ip in events.values_list("ip", flat=True)[:LOOKED_AT] if ip}


def forget_old_events() -> int:
    """Delete events that nobody asks about any more; return how many."""
    deleted, _ = SecurityEvent.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return deleted
