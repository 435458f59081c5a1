"""What becomes of a delivery that was taken: sent, dropped, or put off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from notifications import quiet, suppression
from notifications.channels.base import Channel, Message
from notifications.errors import RefusedError
from notifications.kinds import KINDS
from notifications.messages import message_of
from notifications.models import Delivery, Timing
from notifications.outbox.clock import database_now
from notifications.outbox.opening import open_letter


@dataclass(frozen=True)
class Surroundings:
    """What is to be known of the recipients of many deliveries, read in two queries."""

    now: datetime
    timings: Mapping[object, Timing]
    suppressed: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, deliveries: Iterable[Delivery]) -> "Surroundings":
        batch = list(deliveries)
        people = {each.notification.recipient_id for each in batch if each.notification}
        return cls(
            now=database_now(),
            timings=Timing.objects.in_bulk([person for person in people if person]),
            suppressed=suppression.suppressed_among(batch),
        )


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
    if KINDS[notification.kind].subject.is_urgent:
        return None
    timing = around.timings.get(notification.recipient_id)
    zone = quiet.zone_of(notification.recipient)
    return quiet.end_of_quiet(timing=timing, zone=zone, at=around.now)


def words_of(delivery: Delivery) -> Message:
    """Return what is to be said. Raises RefusedError for a letter that no key opens."""
    notification = delivery.notification
    if notification is not None:
        return message_of(
            notification,
            user=notification.recipient,
            channel=delivery.channel,
            order_key=delivery.order_key,
        )
    if delivery.letter is not None:
        return open_letter(delivery.letter, delivery=delivery)
    raise RefusedError("there is nothing to say")


def _is_locked(delivery: Delivery) -> bool:
    notification = delivery.notification
    return notification is not None and (
        delivery.channel in KINDS[notification.kind].subject.locked
    )
