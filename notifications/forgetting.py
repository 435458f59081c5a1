"""What is done and old is deleted, a piece at a time."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from notifications.models import Delivery, Letter, Notification

PIECE = 1000
# Longer than any provider reports on, so that a late bounce still finds its delivery.
SENT_ARE_KEPT = timedelta(days=30)
DEAD_ARE_KEPT = timedelta(days=90)
LETTERS_ARE_KEPT = timedelta(days=7)


def forget_old_notifications(*, now: datetime | None = None) -> int:
    """Delete what is past its time; return how many notifications and deliveries."""
    now = now or timezone.now()
    state = Delivery.State
    done = Delivery.objects.filter(state__in=(state.SENT, state.DROPPED))
    dead = Delivery.objects.dead()
    old = now - timedelta(days=settings.NOTIFICATIONS_DAYS)
    told = Notification.objects.filter(created_at__lt=old).exclude(
        deliveries__state__in=Delivery.OPEN
    )
    letters = Letter.objects.exclude(delivery__state__in=Delivery.OPEN)
    return (
        _delete(done.filter(finished_at__lt=now - SENT_ARE_KEPT))
        + _delete(dead.filter(finished_at__lt=now - DEAD_ARE_KEPT))
        + _delete(letters.filter(created_at__lt=now - LETTERS_ARE_KEPT))
        + _delete(told)
    )


def _delete(rows: QuerySet[Delivery] | QuerySet[Letter] | QuerySet[Notification]) -> int:
    """Delete in transactions of their own, so that none holds locks for long."""
    deleted = 0
    while ids := list(rows.values_list("pk", flat=True)[:PIECE]):
        _, by_model = rows.model.objects.filter(pk__in=ids).delete()
        deleted += sum(by_model.values())
    return deleted
