"""SNS topics: one for those who run the site, one for programs that want every event.

https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from notifications import sns
from notifications.channels.base import TOPIC, Channel, Message, Target
from notifications.models import Endpoint
from notifications.webhooks.payload import payload_of

# A topic ends so when it keeps order and drops what comes twice.
FIFO = ".fifo"
# What wakes somebody up, and what should be looked at; the rest is for the record.
SEVERITY = {
    "operators_integrity": "critical",
    "integrity_trouble": "critical",
    "operators_dead_letters": "warning",
    "codes_guessed": "warning",
    "account_locked": "warning",
    "upload_failed": "warning",
}
OPERATORS = frozenset({"operators_integrity", "operators_dead_letters"})
SUBJECT_LENGTH = 100


class TopicChannel(Channel):
    name = TOPIC
    title = _("SNS topic")
    is_personal = False

    def is_configured(self) -> bool:
        return bool(settings.SNS_OPERATORS_TOPIC or settings.SNS_EVENTS_TOPIC)

    def targets(self, *, user: AbstractBaseUser, endpoints: Sequence[Endpoint]) -> Sequence[Target]:
        return ()

    def site_targets(self, *, kind: str) -> Sequence[Target]:
        wanted = [settings.SNS_OPERATORS_TOPIC] if kind in OPERATORS else []
        if not settings.SNS_EVENTS_KINDS or kind in settings.SNS_EVENTS_KINDS:
            wanted.append(settings.SNS_EVENTS_TOPIC)
        return [Target(arn) for arn in dict.fromkeys(wanted) if arn]

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        return sns.publish(TopicArn=target.address, **_published(message, idempotency_key, target))


def _published(message: Message, key: UUID, target: Target) -> dict[str, Any]:
    """Return what to publish: JSON for programs, and words for those who subscribed by mail."""
    body = {"id": str(key), **payload_of(message)}
    texts = {"default": json.dumps(body), "email": f"{message.text}\n\n{message.url}".strip()}
    what: dict[str, Any] = {
        "Message": json.dumps(texts),
        "MessageStructure": "json",
        "Subject": subject_of(message.title),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in _attributes(message, key).items()
        },
    }
    if target.address.endswith(FIFO):
        what["MessageGroupId"] = message.order_key or message.kind
        # Sent twice within 5 minutes, subscribers get it once.
        what["MessageDeduplicationId"] = str(key)
    return what


def _attributes(message: Message, key: UUID) -> dict[str, str]:
    """Return what subscriptions filter by, without reading the body."""
    return {
        "kind": message.kind,
        "category": message.category,
        "severity": SEVERITY.get(message.kind, "info"),
        "environment": settings.ENVIRONMENT,
        "idempotency_key": str(key),
    }


def subject_of(title: str) -> str:
    """Return a title as SNS takes one: ASCII, one line, less than 100 characters."""
    plain = title.encode("ascii", "replace").decode("ascii")
    printable = "".join(letter for letter in plain if letter.isprintable())
    # It must begin with a letter, a digit or punctuation.
    return printable.strip()[: SUBJECT_LENGTH - 1] or "-"
