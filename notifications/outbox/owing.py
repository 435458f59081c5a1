"""Writing down what is owed. Nothing is sent here."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from notifications.channels.base import EMAIL, Channel, Target
from notifications.channels.registry import configured_channels
from notifications.kinds import KINDS
from notifications.kinds.base import Kind
from notifications.models import Delivery, Notification, Preference
from notifications.outbox.observing import current_origin
from notifications.outbox.tasks import deliver_due
from notifications.preferences import Wishes

Mode = Preference.Mode
Priority = Delivery.Priority
BULK_KINDS = {"announcement", "digest"}


def deliveries_for(
    notification: Notification, *, wishes: Wishes, also_mail: Iterable[str] = ()
) -> list[Delivery]:
    """Return the rows, not yet saved, of what one person is owed."""
    kind = KINDS[notification.kind]
    is_active = getattr(wishes.user, "is_active", True)
    owed: list[Delivery] = []
    for channel in configured_channels():
        mode = wishes.mode(channel.name)
        if mode == Mode.OFF or not (is_active or channel.name in kind.subject.locked):
            continue
        targets = list(wishes.targets(channel))
        if channel.name == EMAIL:
            targets += [Target(address) for address in also_mail]
        # One mailbox is told once, under whatever spelling it comes twice.
        once = {target.address.lower(): target for target in targets}
        state = Delivery.State.HELD if mode == Mode.DIGEST else Delivery.State.PENDING
        owed += [
            delivery_to(target, channel=channel, notification=notification, state=state)
            for target in once.values()
        ]
    return owed


def delivery_to(
    target: Target,
    *,
    channel: Channel,
    notification: Notification,
    state: str = Delivery.State.PENDING,
) -> Delivery:
    kind = KINDS[notification.kind]
    return Delivery(
        notification=notification,
        channel=channel.name,
        endpoint=target.endpoint,
        address=target.address,
        order_key=_order_key(kind, channel.name, target, notification),
        priority=_priority(kind),
        state=state,
        # The database's clock: the worker compares with the same one.
        due_at=Now(),
    )


def owe(deliveries: Iterable[Delivery]) -> None:
    """Save what is owed, in the caller's transaction. A worker finds it once that is committed."""
    owed, origin = list(deliveries), current_origin()
    for delivery in owed:
        delivery.request_id, delivery.traceparent = origin.request_id, origin.traceparent
    if Delivery.objects.bulk_create(owed):
        wake_on_commit()


def wake_on_commit() -> None:
    """Tell whoever delivers that there is something to do.

    Our own worker looks twice a second by itself, so it needs no telling.
    """
    if settings.OUTBOX_DRIVER == "tasks":
        # robust: the change is committed; a queue that is gone must not fail its request.
        transaction.on_commit(deliver_due.enqueue, robust=True)


def _order_key(kind: Kind, channel: str, target: Target, notification: Notification) -> str:
    if not kind.ordered:
        return ""
    where = target.endpoint.pk if target.endpoint else notification.recipient_id
    return f"{channel}:{where}:{kind.subject.name}"


def _priority(kind: Kind) -> int:
    if kind.subject.is_urgent:
        return Priority.URGENT
    return Priority.BULK if kind.name in BULK_KINDS else Priority.NORMAL
