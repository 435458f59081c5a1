"""Webhooks: every message is a signed POST to an address of the person's own."""

import json
import time
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from notifications import safe_http
from notifications.channels.base import WEBHOOK, Channel, Message, Target
from notifications.errors import BadAddressError, ChannelError, RefusedError, TemporaryError
from notifications.kept_secrets import UnreadableSecretError
from notifications.models import ANSWER_LENGTH, Endpoint, Webhook, WebhookCall
from notifications.webhooks import keys, payload, signing

CHALLENGE = "webhook_challenge"
# Within what a delivery's lease leaves for a send.
SECONDS = 10.0
USER_AGENT = "DevOps360-Webhooks/1"
SUCCESS = range(200, 300)
GONE = 410
GONE_WORDS = gettext_noop("The receiver answered 410 Gone.")
TOO_MANY, UNAVAILABLE = 429, 503
LONGEST_WAIT = 3600.0
CHALLENGES_TRIED = 3


class WebhookChannel(Channel):
    name = WEBHOOK
    setup_page = "notifications:webhooks"
    title = _("Webhook")
    # One receiver that is down says nothing of the others.
    breaks_by_endpoint = True

    def is_configured(self) -> bool:
        return bool(settings.WEBHOOKS)

    def targets(self, *, user: AbstractBaseUser, endpoints: Sequence[Endpoint]) -> Sequence[Target]:
        return [Target(endpoint.address, endpoint) for endpoint in endpoints]

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        webhook = Webhook.objects.filter(endpoint=target.endpoint).first()
        if webhook is None:
            raise RefusedError("the webhook is gone")
        started = time.monotonic()
        try:
            answer = _post(webhook, target.address, message, idempotency_key)
        except (safe_http.OutgoingError, UnreadableSecretError) as error:
            _note(webhook, message, idempotency_key, started, error=str(error))
            if isinstance(error, safe_http.UnreachableError):
                raise _again_if_wanted(TemporaryError(str(error)), message, webhook) from error
            raise RefusedError(str(error)) from error
        _note(webhook, message, idempotency_key, started, answer=answer)
        failure = _failure_in(answer)
        if failure is not None:
            raise _again_if_wanted(failure, message, webhook)
        if message.kind == CHALLENGE and answers_challenge(answer.body, message):
            verify(webhook)
        return f"HTTP {answer.status}"


def _post(webhook: Webhook, url: str, message: Message, message_id: UUID) -> safe_http.Answer:
    body = payload.encoded(message)
    signed = signing.headers_for(
        message_id=str(message_id),
        timestamp=int(time.time()),
        body=body,
        keys=keys.keys_of(webhook),
    )
    headers = {"Content-Type": "application/json", "User-Agent": USER_AGENT, **signed}
    return safe_http.send("POST", url, body=body, headers=headers, seconds=SECONDS)


def _failure_in(answer: safe_http.Answer) -> ChannelError | None:
    """Return what an answer means. A redirect is none that we follow, so it is a failure."""
    if answer.status in SUCCESS:
        return None
    if answer.status == GONE:
        # Standard Webhooks: the receiver does not want to be called again.
        return BadAddressError(GONE_WORDS)
    wait = _retry_after(answer) if answer.status in {TOO_MANY, UNAVAILABLE} else None
    return TemporaryError(f"The receiver answered {answer.status}.", retry_after=wait)


def _again_if_wanted(failure: ChannelError, message: Message, webhook: Webhook) -> ChannelError:
    """Give a challenge up after a few attempts: nobody there has agreed to be called at all."""
    if message.kind != CHALLENGE or not isinstance(failure, TemporaryError):
        return failure
    attempts = WebhookCall.objects.filter(endpoint_id=webhook.pk, kind=CHALLENGE).count()
    return failure if attempts < CHALLENGES_TRIED else RefusedError(str(failure))


def _retry_after(answer: safe_http.Answer) -> float | None:
    """Return the seconds that the receiver asked for. A date (RFC 9110, 10.2.3) is not read."""
    text = answer.headers.get("retry-after", "").strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text[:6]), LONGEST_WAIT)


def answers_challenge(body: bytes, message: Message) -> bool:
    """Tell whether the receiver said the challenge back: alone, or as {"challenge": …}."""
    wanted = str(message.context["challenge"])
    text = body.decode("utf-8", "replace").strip()
    try:
        answered = json.loads(text)
    except (ValueError, RecursionError):
        answered = text
    if isinstance(answered, dict):
        answered = answered.get("challenge")
    return isinstance(answered, str) and constant_time_compare(answered.strip(), wanted)


def verify(webhook: Webhook) -> None:
    """Take the address for the person's own: whoever is there has the challenge."""
    new = Endpoint.objects.filter(pk=webhook.pk, verified_at=None)
    new.update(verified_at=timezone.now())


def _note(
    webhook: Webhook,
    message: Message,
    message_id: UUID,
    started: float,
    *,
    answer: safe_http.Answer | None = None,
    error: str = "",
) -> None:
    """Keep how the call went, for its owner to see."""
    text = answer.body.decode("utf-8", "replace").replace("\0", "") if answer else ""
    call = WebhookCall.objects.create(
        endpoint_id=webhook.pk,
        message_id=message_id,
        kind=message.kind,
        milliseconds=round((time.monotonic() - started) * 1000),
        status=answer.status if answer else None,
        error=error[:200],
        answer=text[:ANSWER_LENGTH],
    )
    own = Webhook.objects.filter(pk=webhook.pk)
    if call.succeeded:
        own.exclude(failing_since=None).update(failing_since=None, failed_at=None)
    else:
        now = timezone.now()
        own.update(failing_since=Coalesce("failing_since", now), failed_at=now)
