"""The daily digest: what somebody did not want to be told at once, in one mail a day."""

from datetime import datetime, timedelta, tzinfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from notifications.channels.base import EMAIL
from notifications.channels.registry import CHANNELS
from notifications.kinds import KINDS
from notifications.models import Delivery, Notification, Timing
from notifications.outbox.owing import delivery_to, owe
from notifications.quiet import zone_of

# More would be a mail that nobody reads; the rest is in the inbox, where the mail leads.
MOST_ITEMS = 50


def last_digest_time(*, hour: int, zone: tzinfo | None, now: datetime) -> datetime:
    """Return the newest moment, not after `now`, at which the person's clock showed the hour."""
    local = now.astimezone(zone)
    at = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if at > local:
        at -= timedelta(days=1)
    return at


def send_digests(*, now: datetime | None = None) -> int:
    """Owe everybody whose hour has come a mail about what was held; return how many people.

    Twice at once, or an hour late, makes no difference: what is in a digest is held no more.
    """
    now = now or timezone.now()
    held = Delivery.objects.filter(state=Delivery.State.HELD)
    waiting = held.values_list("notification__recipient", flat=True).distinct()
    people = get_user_model().objects.filter(pk__in=waiting)
    timings = Timing.objects.in_bulk(list(people.values_list("pk", flat=True)))
    return sum(_send_to(person, timings.get(person.pk), now) for person in people.iterator())


@transaction.atomic
def _send_to(person: AbstractBaseUser, timing: Timing | None, now: datetime) -> bool:
    hour = (timing or Timing()).digest_hour
    until = last_digest_time(hour=hour, zone=zone_of(person), now=now)
    held = Delivery.objects.filter(
        state=Delivery.State.HELD, notification__recipient_id=person.pk, created_at__lte=until
    )
    # Of two workers at once the later waits here, at the first row, and then finds none held. It
    # must not pass over what is locked: each would take a part, and the person get two digests.
    due = list(held.select_for_update(of=("self",)).order_by("pk"))
    if not due:
        return False
    digest = Notification.objects.create(
        recipient_id=person.pk,
        kind="digest",
        category=KINDS["digest"].subject.category,
        context={
            "site": settings.SITE_NAME,
            "items": [delivery.notification_id for delivery in due[-MOST_ITEMS:]],
        },
        url=reverse("notifications:inbox"),
        in_inbox=False,
    )
    email = CHANNELS[EMAIL]
    owe(
        delivery_to(target, channel=email, notification=digest)
        for target in email.targets(user=person, endpoints=())
    )
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in due]).update(
        state=Delivery.State.SENT, receipt=f"digest {digest.pk}", finished_at=now
    )
    return True
