"""Web Push: messages to browsers that their owners switched on (RFC 8030)."""

import json
import time
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from notifications import safe_http
from notifications.channels.base import PUSH, Channel, Message, Target
from notifications.errors import BadAddressError, RefusedError, TemporaryError
from notifications.models import Endpoint
from notifications.push import vapid
from notifications.push.encryption import MAX_PLAINTEXT, BadKeysError, encrypt

SECONDS = 10.0
# A browser that is not on within this learns of it on the site.
TTL_SECONDS = 24 * 3600
SUCCESS = range(200, 300)
# RFC 8030, 7.3: the subscription has ended.
GONE = {404, 410}
# The browser subscribed under another key of the site: it never hears of this one.
ANOTHER_KEY = {401, 403}
LATER = {408, 425, 429}
SERVER_TROUBLE = 500
LONGEST_WAIT = 3600.0
# Screens show some 4 lines.
BODY_LENGTH = 300
RECEIPT_LENGTH = 200


class PushChannel(Channel):
    name = PUSH
    setup_page = "notifications:browsers"
    title = _("Push")
    disturbs = True
    breaks_by_endpoint = True
    max_attempts = 8

    def is_configured(self) -> bool:
        return vapid.is_configured()

    def targets(self, *, user: AbstractBaseUser, endpoints: Sequence[Endpoint]) -> Sequence[Target]:
        return [Target(endpoint.address, endpoint) for endpoint in endpoints]

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        if target.endpoint is None or not is_push_service(target.address):
            raise RefusedError("no push service that this site knows")
        keys = target.endpoint.data
        try:
            body = encrypt(
                plaintext_of(message), p256dh=str(keys["p256dh"]), auth=str(keys["auth"])
            )
        except (BadKeysError, KeyError) as error:
            raise BadAddressError("the browser's keys are no keys") from error
        try:
            answer = safe_http.send(
                "POST",
                target.address,
                body=body,
                headers=_headers(target.address, message, idempotency_key),
                seconds=SECONDS,
            )
        except safe_http.UnreachableError as error:
            raise TemporaryError(str(error)) from error
        except safe_http.OutgoingError as error:
            raise RefusedError(str(error)) from error
        _judge(answer)
        return answer.headers.get("location", f"HTTP {answer.status}")[:RECEIPT_LENGTH]


def is_push_service(url: str) -> bool:
    """Tell whether an address is one of those that browsers get from their makers.

    Whoever hands over a subscription could name any address; nobody there has agreed to it.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in settings.PUSH_SERVICES)


def plaintext_of(message: Message) -> bytes:
    """Return what static/js/notifications/push-worker.js shows, as much as fits."""
    text = message.text if len(message.text) <= BODY_LENGTH else f"{message.text[:BODY_LENGTH]}…"
    content = {
        "title": message.title[:BODY_LENGTH],
        "body": text,
        "url": message.url,
        # The same message twice is one on the screen.
        "tag": str(message.uuid),
        "icon": static("img/icon-192.png"),
    }
    plain = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    if len(plain) > MAX_PLAINTEXT:
        plain = json.dumps(content | {"body": "", "url": ""}, ensure_ascii=False).encode()
    return plain


def _headers(url: str, message: Message, key: UUID) -> dict[str, str]:
    return {
        "Authorization": vapid.authorization_for(url, now=time.time()),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL_SECONDS),
        # Of two with one topic that wait for a browser, it gets the newer: what is sent twice is
        # there once (RFC 8030, 5.4: 32 letters of base64url at most).
        "Topic": key.hex,
        "Urgency": "high" if message.category == "security" else "normal",
    }


def _judge(answer: safe_http.Answer) -> None:
    status = answer.status
    if status in SUCCESS:
        return
    if status in GONE or status in ANOTHER_KEY:
        raise BadAddressError(f"The push service answered {status}: the browser ended it.")
    if status in LATER or status >= SERVER_TROUBLE:
        wait = answer.headers.get("retry-after", "").strip()
        seconds = min(float(wait[:6]), LONGEST_WAIT) if wait.isascii() and wait.isdigit() else None
        raise TemporaryError(f"The push service answered {status}.", retry_after=seconds)
    raise RefusedError(f"The push service answered {status}.")
