"""One-click unsubscribing (RFC 8058): links that need no sign-in and that nobody else can make."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.channels.base import EMAIL
from notifications.errors import NotificationError
from notifications.kinds import KINDS
from notifications.kinds.base import Subject
from notifications.kinds.site import DIGEST
from notifications.models import Delivery, DeliveryQuerySet, Preference
from notifications.preferences import SUBJECTS, choose

SALT = "notifications.unsubscribe"
TOKEN = "TOKEN"  # noqa: S105  (a place to put one)


@dataclass(frozen=True)
class Unsubscription:
    user_id: str
    subject: str
    channel: str


def link_to_unsubscribe(*, user: AbstractBaseUser | None, subject: Subject, channel: str) -> str:
    """Return the whole address; "" for what cannot be silenced, and for channels without links.

    It never expires: mail is kept for years, and the link can do no more than stop mail.
    """
    if user is None or channel != EMAIL or channel in subject.locked:
        return ""
    token = signing.dumps([str(user.pk), subject.name, channel], salt=SALT)
    return f"{settings.SITE_URL}{_page().replace(TOKEN, token)}"


@cache
def _page() -> str:
    """Return the path of the page with TOKEN in it: asked for once, and not for each mail."""
    return reverse("notifications:unsubscribe", args=[TOKEN])


def read_token(token: str) -> Unsubscription:
    """Return what the token stops. Raises NotificationError for one that we did not make."""
    try:
        user_id, subject, channel = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotificationError(
            _("This link is not whole. Copy all of it from the mail.")
        ) from error
    return Unsubscription(user_id=user_id, subject=subject, channel=channel)


@transaction.atomic
def unsubscribe(*, token: str) -> Subject:
    """Stop what the token names, and what is owed of it already. Doing it twice is no error.

    Raises NotificationError.
    """
    stop = read_token(token)
    subject = SUBJECTS.get(stop.subject)
    user = get_user_model().objects.filter(pk=stop.user_id).first()
    if user is None or subject is None:
        raise NotificationError(_("There is nothing to stop any more: the account is gone."))
    owed = Delivery.objects.filter(notification__recipient=user, channel=stop.channel)
    if subject == DIGEST:
        # Nobody chose the digest itself, but what it is made of.
        chosen = Preference.objects.filter(user=user, mode=Preference.Mode.DIGEST)
        chosen.update(mode=Preference.Mode.OFF)
        _drop(owed.filter(state=Delivery.State.HELD))
    else:
        choose(user=user, subject=subject, channel=stop.channel, mode=Preference.Mode.OFF)
        kinds = [kind.name for kind in KINDS.values() if kind.subject == subject]
        state = Delivery.State
        waiting = owed.filter(state__in=(state.PENDING, state.HELD))
        _drop(waiting.filter(notification__kind__in=kinds))
    return subject


def _drop(owed: DeliveryQuerySet) -> None:
    owed.update(
        state=Delivery.State.DROPPED, error="unsubscribed", finished_at=timezone.now(), claim=None
    )
