"""What is looked after by the clock: webhooks that never work, what is old."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from notifications import endpoints
from notifications.channels.base import WEBHOOK
from notifications.events import notify
from notifications.models import (
    Delivery,
    Endpoint,
    InboundMessage,
    Notification,
    Webhook,
    WebhookCall,
)
from notifications.receivers.webhooks import PAUSED, host_of

FAILING = timedelta(days=3)
FAILED_FOR_DAYS = gettext_noop("Every post failed for 3 days.")
# Switched off longer ago than this, somebody was told.
TELL_WITHIN = timedelta(days=2)
DEAD_LETTERS = "operators_dead_letters"
# What was given up longer ago, and nobody told of it, is history.
DEAD_WITHIN = timedelta(days=1)
CALLS_KEPT = timedelta(days=14)
# Longer than SNS may post the same message again: notifications.inbound.signature.OLDEST.
INBOUND_KEPT = timedelta(days=2)


def mind_webhooks() -> int:
    """Switch off webhooks that fail for days, and tell their owners; return how many were told."""
    longest = F("failing_since") + FAILING
    for webhook in Webhook.objects.filter(failed_at__gte=longest).select_related("endpoint"):
        endpoints.disable_endpoint(endpoint=webhook.endpoint, reason=FAILED_FOR_DAYS)
    recently = timezone.now() - TELL_WITHIN
    switched_off = Endpoint.objects.filter(channel=WEBHOOK, disabled_at__gt=recently)
    untold = switched_off.exclude(disabled_reason=PAUSED).exclude(user=None)
    return sum(_tell(endpoint) for endpoint in untold.select_related("user"))


@transaction.atomic
def _tell(endpoint: Endpoint) -> int:
    """Tell the owner once for each time that it was switched off; return 1 if that was now."""
    # mypy: the query has neither.
    if endpoint.user is None or endpoint.disabled_at is None:
        return 0
    return notify(
        kind="webhook_disabled",
        to=endpoint.user,
        context={"host": host_of(endpoint), "reason": endpoint.disabled_reason},
        url=reverse("notifications:webhook", args=[endpoint.uuid]),
        key=f"{endpoint.uuid}:{endpoint.disabled_at.timestamp():.0f}",
    )


@transaction.atomic
def tell_of_dead_letters() -> int:
    """Tell operators what was given up since they were last told; return how much.

    Not of these notices themselves: with the mail server gone they would tell of each other.
    """
    now = timezone.now()
    notices = Notification.objects.filter(kind=DEAD_LETTERS, created_at__gt=now - DEAD_WITHIN)
    last = notices.order_by("-created_at").first()
    since = last.created_at if last else now - DEAD_WITHIN
    dead = Delivery.objects.dead().filter(finished_at__gt=since)
    others = dead.exclude(notification__kind=DEAD_LETTERS)
    counts = others.values_list("channel").annotate(number=Count("pk")).order_by("channel")
    by_channel = dict(counts)
    if by_channel:
        notify(
            kind=DEAD_LETTERS,
            to=get_user_model()._default_manager.filter(is_superuser=True, is_active=True),  # noqa: SLF001  (how Django names it)
            context={
                "count": sum(by_channel.values()),
                "summary": ", ".join(f"{name} {number}" for name, number in by_channel.items()),
            },
            # Of two workers at once one tells.
            key=f"{since.timestamp():.6f}" if last else f"{now:%Y-%m-%dT%H}",
        )
    return sum(by_channel.values())


def forget_old_calls() -> int:
    """Delete what webhooks answered long ago, and which messages of SNS were taken."""
    now = timezone.now()
    calls = WebhookCall.objects.filter(called_at__lt=now - CALLS_KEPT).delete()[0]
    return calls + InboundMessage.objects.filter(received_at__lt=now - INBOUND_KEPT).delete()[0]
