"""Webhooks of one's own: added, confirmed, tried, paused, removed.

An address may be somebody else's, so nothing but the challenge goes there until whoever is there
has said it back, or it was typed in here by somebody who saw it arrive.
"""

import base64
import secrets
from datetime import timedelta
from urllib.parse import urlsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from notifications import endpoints, safe_http
from notifications.channels.base import WEBHOOK, Target
from notifications.channels.webhook import CHALLENGE, WebhookChannel, verify
from notifications.errors import NotificationError
from notifications.events import notify
from notifications.models import Delivery, Endpoint, Notification, Webhook, WebhookCall
from notifications.outbox.clock import database_now
from notifications.outbox.owing import delivery_to, owe, wake_on_commit
from notifications.webhooks import keys

TEST = "webhook_test"
PROBES = (CHALLENGE, TEST)
WEBHOOKS_PER_PERSON = 10
# Challenges and tests go to addresses that need not be one's own.
PROBES_PER_HOUR = 20
PAUSED = "paused"
CHALLENGE_BYTES = 10


def webhooks_of(user: AbstractBaseUser) -> list[Webhook]:
    own = Webhook.objects.filter(endpoint__user_id=user.pk, endpoint__channel=WEBHOOK)
    return list(own.select_related("endpoint").order_by("pk"))


@transaction.atomic
def add_webhook(*, user: AbstractBaseUser, url: str, label: str) -> tuple[Webhook, str]:
    """Add an address and send its challenge; return it and its secret, which is shown once.

    Raises NotificationError.
    """
    host = _checked_host(url)
    own = Endpoint.objects.filter(user_id=user.pk, channel=WEBHOOK)
    if own.filter(address=url).exists():
        raise NotificationError(_("This address is here already."))
    if own.count() >= WEBHOOKS_PER_PERSON:
        raise NotificationError(_("You have 10 webhooks. Remove one that you no longer use."))
    endpoint = Endpoint.objects.create(
        user_id=user.pk, channel=WEBHOOK, address=url, label=label or host
    )
    secret, sealed = keys.new_key()
    webhook = Webhook.objects.create(endpoint=endpoint, sealed_secret=sealed)
    send_challenge(webhook=webhook)
    notify(kind="webhook_added", to=user, context={"host": host}, url=_page_of(endpoint))
    return webhook, secret


def _checked_host(url: str) -> str:
    try:
        return safe_http.check_url(url).host
    except safe_http.ForbiddenUrlError as error:
        raise NotificationError(str(error)) from error


@transaction.atomic
def send_challenge(*, webhook: Webhook) -> None:
    """Send a new challenge; an earlier one is good no more. Raises NotificationError."""
    if webhook.endpoint.verified_at is not None:
        raise NotificationError(_("This address is confirmed already."))
    # Base 32: nothing that could be misread when it is typed.
    challenge = base64.b32encode(secrets.token_bytes(CHALLENGE_BYTES)).decode("ascii")
    _withdraw_challenges(webhook)
    Endpoint.objects.filter(pk=webhook.pk).update(data={"challenge": challenge})
    _probe(webhook, CHALLENGE, {"challenge": challenge})


@transaction.atomic
def send_test(*, webhook: Webhook) -> None:
    """Send a message that means nothing. Raises NotificationError."""
    if webhook.endpoint.verified_at is None:
        raise NotificationError(_("Confirm the address first."))
    if webhook.endpoint.disabled_at is not None:
        raise NotificationError(_("The webhook is switched off. Switch it on first."))
    _probe(webhook, TEST, {})


def _withdraw_challenges(webhook: Webhook) -> None:
    """Send none that means nothing any more. One that is being sent just now may still arrive."""
    waiting = Delivery.objects.filter(endpoint_id=webhook.pk, state=Delivery.State.PENDING)
    waiting.filter(notification__kind=CHALLENGE).delete()


def _probe(webhook: Webhook, kind: str, context: dict[str, str]) -> None:
    """Owe one message to this address alone; it goes the way of every other."""
    user_id = webhook.endpoint.user_id
    recently = timezone.now() - timedelta(hours=1)
    # Counted by what was told, not by what is still there: removing the webhook forgets nothing.
    told = Notification.objects.filter(
        recipient_id=user_id, kind__in=PROBES, created_at__gt=recently
    )
    if told.count() >= PROBES_PER_HOUR:
        raise NotificationError(_("That were many tests. Wait an hour, then try again."))
    notification = Notification.objects.create(
        recipient_id=user_id, kind=kind, context=context, in_inbox=False
    )
    target = Target(webhook.endpoint.address, webhook.endpoint)
    owe([delivery_to(target, channel=WebhookChannel(), notification=notification)])


@transaction.atomic
def confirm(*, webhook: Webhook, challenge: str) -> None:
    """Take the address for the person's own, if this is what was sent there.

    Raises NotificationError. 80 random bits need no limit on guesses.
    """
    wanted = str(webhook.endpoint.data.get("challenge", ""))
    typed = "".join(challenge.split()).upper()
    if not wanted or not constant_time_compare(typed, wanted):
        raise NotificationError(_("This is not what was sent. Look at the newest post there."))
    _withdraw_challenges(webhook)
    verify(webhook)


@transaction.atomic
def pause(*, webhook: Webhook) -> None:
    endpoints.disable_endpoint(endpoint=webhook.endpoint, reason=PAUSED)


@transaction.atomic
def resume(*, webhook: Webhook) -> None:
    """Post to it again, as if it had never failed."""
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=None, failed_at=None)
    endpoints.enable_endpoint(endpoint=webhook.endpoint)


@transaction.atomic
def send_again(*, webhook: Webhook, call: WebhookCall) -> None:
    """Owe a message again, under the same id. Raises NotificationError."""
    if webhook.endpoint.verified_at is None:
        # Challenges are counted where they are made, and go to addresses that are not one's own.
        raise NotificationError(_("Confirm the address first."))
    if webhook.endpoint.disabled_at is not None:
        raise NotificationError(_("The webhook is switched off. Switch it on first."))
    finished = Delivery.objects.filter(
        endpoint_id=webhook.pk,
        idempotency_key=call.message_id,
        state__in=(Delivery.State.SENT, Delivery.State.DEAD, Delivery.State.DROPPED),
    )
    again = finished.update(
        state=Delivery.State.PENDING, attempts=0, due_at=database_now(), finished_at=None
    )
    if not again:
        raise NotificationError(_("This message is on its way already, or no longer kept."))
    wake_on_commit()


def host_of(endpoint: Endpoint) -> str:
    return urlsplit(endpoint.address).hostname or endpoint.address


def _page_of(endpoint: Endpoint) -> str:
    return reverse("notifications:webhook", args=[endpoint.uuid])
