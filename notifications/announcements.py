"""Announcements: written in the admin, sent once, by a task of their own."""

import logging
from itertools import batched

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.channels.base import EMAIL
from notifications.errors import NotificationError
from notifications.events import BATCH, notify
from notifications.models import Announcement

logger = logging.getLogger(__name__)


def audience_of(announcement: Announcement) -> QuerySet[AbstractBaseUser]:
    """Return whom it is for: active people whose address is known to be theirs."""
    people = get_user_model().objects.filter(is_active=True, last_login__isnull=False)
    if announcement.audience == Announcement.Audience.STAFF:
        people = people.filter(is_staff=True)
    ordered: QuerySet[AbstractBaseUser] = people.order_by("pk")
    return ordered


@transaction.atomic
def send(*, announcement: Announcement) -> Announcement:
    """Send it for good, in the background. Raises NotificationError if it was sent before."""
    held = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if held.sent_at is not None:
        raise NotificationError(_("This was sent before. Write another one."))
    held.sent_at = timezone.now()
    held.save(update_fields=["sent_at"])
    # In the database the task is a row of the same transaction.
    tell_everybody.enqueue(held.pk)
    return held


@task()
def tell_everybody(announcement_id: int) -> int:
    """Tell the audience, some hundreds in a transaction; return how many were told now.

    A worker that dies midway is followed by one that begins again: the key passes over everybody
    who was told already.
    """
    # Another engine of tasks may be here before the sending is committed: then this fails, and is
    # tried again.
    announcement = Announcement.objects.exclude(sent_at=None).get(pk=announcement_id)
    told = 0
    for people in batched(audience_of(announcement).iterator(chunk_size=BATCH), BATCH):
        with transaction.atomic():
            now = notify(
                kind="announcement",
                to=people,
                context={"title": announcement.title, "text": announcement.text},
                url=announcement.url,
                key=f"announcement {announcement.pk}",
                without=() if announcement.by_email else (EMAIL,),
            )
            Announcement.objects.filter(pk=announcement.pk).update(told=F("told") + now)
        told += now
    logger.info("announcement told id=%s people=%s", announcement.pk, told)
    return told
