"""What becomes of a delivery that was taken: sent, dropped, or put off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications import quiet, suppression
from notifications.channels.base import Channel, Message
from notifications.errors import RefusedError
from notifications.kinds import KINDS
from notifications.messages import message_of
from notifications.models import Delivery, Notification
from notifications.outbox.clock import database_now
from notifications.outbox.opening import open_letter


@dataclass(frozen=True)
class Surroundings:
    """What is to be known besides of many deliveries: the time, and one query for all of them."""

    now: datetime
    suppressed: Mapping[tuple[str, str], str]
    # What digests are made of, by primary key.
    items: Mapping[int, Notification]

    @classmethod
    def of(cls, deliveries: Iterable[Delivery]) -> "Surroundings":
        batch = list(deliveries)
        return cls(
            now=database_now(),
            suppressed=suppression.suppressed_among(batch),
            items=Notification.objects.in_bulk(
                [item for each in batch for item in _item_ids(each.notification)]
            ),
        )

    def items_of(self, delivery: Delivery) -> list[Notification]:
        ids = _item_ids(delivery.notification)
        return [self.items[item] for item in ids if item in self.items]


def _item_ids(notification: Notification | None) -> list[int]:
    if notification is None or notification.kind != "digest":
        return []
    return [int(item) for item in notification.context["items"]]


def reason_to_drop(delivery: Delivery, around: Surroundings) -> str:
    """Return why it must not be sent any more; "" if it may."""
    if delivery.endpoint is not None and delivery.endpoint.disabled_at is not None:
        return "the endpoint is disabled"
    if delivery.letter is not None:
        return "too late" if delivery.letter.expires_at <= around.now else ""
    reason = around.suppressed.get((delivery.channel, delivery.address.lower()))
    if reason and (reason in suppression.ALWAYS or not _is_locked(delivery)):
        return f"the address is suppressed: {reason}"
    return ""


def put_off_until(delivery: Delivery, channel: Channel, around: Surroundings) -> datetime | None:
    """Return the end of the recipient's quiet hours, if that is to be waited for."""
    notification = delivery.notification
    if notification is None or not channel.disturbs:
        return None
    kind = KINDS.get(notification.kind)
    if kind is None or kind.subject.is_urgent:
        return None
    # Read with the delivery (outbox.claims); most people have none.
    timing = getattr(notification.recipient, "notification_timing", None)
    zone = quiet.zone_of(notification.recipient)
    return quiet.end_of_quiet(timing=timing, zone=zone, at=around.now)


def message_for(delivery: Delivery, *, items: Sequence[Notification]) -> Message:
    """Return what is to be said. Raises RefusedError for a letter that no key opens."""
    notification = delivery.notification
    if notification is not None:
        return message_of(
            notification,
            user=notification.recipient,
            channel=delivery.channel,
            order_key=delivery.order_key,
            items=items,
        )
    if delivery.letter is not None:
        return open_letter(delivery.letter, delivery=delivery)
    raise RefusedError("there is nothing to say")


def _is_locked(delivery: Delivery) -> bool:
    notification = delivery.notification
    # A kind that is not known here is one of a newer version: its own workers send it.
    kind = KINDS.get(notification.kind) if notification is not None else None
    return kind is not None and delivery.channel in kind.subject.locked
