"""Addresses that must not be sent to any more: bounced, complained of, opted out."""

from collections.abc import Iterable

from django.db import transaction

from notifications.models import Delivery, Suppression

Reason = Suppression.Reason
# Mail that bounces goes nowhere. A complaint or an opt-out does not hold back security notices.
ALWAYS = {Reason.BOUNCED}


@transaction.atomic
def suppress(*, channel: str, address: str, reason: str, detail: str = "") -> Suppression:
    """Send nothing more to the address, whoever has it. Suppressing twice keeps the first."""
    suppression, _ = Suppression.objects.get_or_create(
        channel=channel,
        address=address.lower(),
        defaults={"reason": reason, "detail": detail[:300]},
    )
    return suppression


@transaction.atomic
def lift(*, channel: str, address: str) -> bool:
    """Send to the address again: its owner has just shown that it works."""
    deleted, _ = Suppression.objects.filter(channel=channel, address=address.lower()).delete()
    return bool(deleted)


def suppressed_among(deliveries: Iterable[Delivery]) -> dict[tuple[str, str], str]:
    """Return the reasons by channel and (lower-case) address, in one query for all of them."""
    addresses = {delivery.address.lower() for delivery in deliveries}
    rows = Suppression.objects.filter(address__in=addresses)
    return {(row.channel, row.address): row.reason for row in rows}
