"""Browsers that show what their owner is told, also when the site is not open."""

import ua_parser
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from notifications import endpoints, safe_http
from notifications.channels.base import PUSH, Target
from notifications.channels.push import PushChannel, is_push_service
from notifications.errors import NotificationError
from notifications.models import Endpoint, Notification
from notifications.outbox.owing import delivery_to, owe
from notifications.push.encryption import BadKeysError, read_keys

BROWSERS_PER_PERSON = 20
AGENT_LENGTH = 300
ADDRESS_LENGTH = 500
TEST = "push_test"


def browsers_of(user: AbstractBaseUser) -> list[Endpoint]:
    return list(Endpoint.objects.filter(user_id=user.pk, channel=PUSH).order_by("-pk"))


@transaction.atomic
def subscribe(
    *, user: AbstractBaseUser, url: str, p256dh: str, auth: str, user_agent: str
) -> Endpoint:
    """Keep what a browser got from its push service, and send it a first message.

    A browser is one person's: whoever had it before is told nothing there any more.
    Raises NotificationError.
    """
    _refuse_bad(url, p256dh, auth)
    own = Endpoint.objects.filter(user_id=user.pk, channel=PUSH)
    if own.exclude(address=url).count() >= BROWSERS_PER_PERSON:
        raise NotificationError(_("You have 20 browsers. Remove one that you no longer use."))
    Endpoint.objects.filter(channel=PUSH, address=url).exclude(user_id=user.pk).delete()
    is_new = not own.filter(address=url, disabled_at=None).exists()
    endpoint = endpoints.add_endpoint(
        user=user,
        channel=PUSH,
        address=url,
        label=browser_name(user_agent),
        data={"p256dh": p256dh, "auth": auth},
    )
    if is_new:
        send_test(endpoint=endpoint)
    return endpoint


def _refuse_bad(url: str, p256dh: str, auth: str) -> None:
    try:
        safe_http.check_url(url)
        read_keys(p256dh, auth)
    except (safe_http.ForbiddenUrlError, BadKeysError) as error:
        raise NotificationError(_("The browser's answer cannot be used. Try again.")) from error
    if len(url) > ADDRESS_LENGTH or not is_push_service(url):
        raise NotificationError(_("This browser's push service is none that we can use."))


@transaction.atomic
def send_test(*, endpoint: Endpoint) -> None:
    """Owe this browser alone a message that means nothing."""
    notification = Notification.objects.create(
        recipient_id=endpoint.user_id, kind=TEST, context={}, in_inbox=False
    )
    target = Target(endpoint.address, endpoint)
    owe([delivery_to(target, channel=PushChannel(), notification=notification)])


def browser_name(user_agent: str) -> str:
    """Return such as "Firefox on Linux", for its owner to recognise it by."""
    printable = "".join(letter for letter in user_agent[:AGENT_LENGTH] if letter.isprintable())
    found = ua_parser.parse(printable)
    names = [
        part.family for part in (found.user_agent, found.os) if part and part.family != "Other"
    ]
    return " on ".join(names)[:80] or "A browser"
