"""System checks of how the site sends, and whom it hears. `manage.py check` runs them."""

import re
import ssl
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import phonenumbers
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from notifications.channels.topic import FIFO
from notifications.kinds import KINDS
from notifications.push import vapid

ARN = re.compile(
    r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?\Z"
)
# https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html: with a letter in it.
SENDER_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9]{1,11}\Z")


@register(Tags.compatibility)
def check_sns(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [*_region(), *_topics(), *_texts()]


@register(Tags.compatibility)
def check_callers(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [*_push(), *_authorities()]


@register(Tags.security, deploy=True)
def check_toll_fraud(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if settings.SMS_URL != "sns:" or settings.SMS_COUNTRIES:
        return []
    hint = "Set SMS_COUNTRIES to where your people are, such as AT,CH,DE; see docs/sns.md."
    said = "Codes by text go to every country: somebody may have them sent to numbers that pay him."
    return [Warning(said, hint=hint, id="notifications.W001")]


def _outgoing_topics() -> list[str]:
    return [arn for arn in (settings.SNS_OPERATORS_TOPIC, settings.SNS_EVENTS_TOPIC) if arn]


def _region() -> Iterator[CheckMessage]:
    wanted = [name for name, used in (("SMS_URL", settings.SMS_URL == "sns:"),) if used]
    wanted += ["a topic of SNS"] if _outgoing_topics() else []
    if wanted and not settings.AWS_REGION:
        yield Error(
            f"{wanted[0]} is set, but not the region of SNS.",
            hint="Set AWS_REGION, such as eu-central-1.",
            id="notifications.E001",
        )


def _topics() -> Iterator[CheckMessage]:
    for arn in [*_outgoing_topics(), *settings.SNS_INBOUND_TOPICS]:
        if not ARN.match(arn):
            yield Error(
                f"{arn} is no ARN of a topic.",
                hint="It is like arn:aws:sns:eu-central-1:123456789012:vault-events.",
                id="notifications.E002",
            )
    for arn in _outgoing_topics():
        found = ARN.match(arn)
        if found and settings.AWS_REGION and found["region"] != settings.AWS_REGION:
            yield Error(
                f"{arn} is in another region than AWS_REGION={settings.AWS_REGION}.",
                hint="Make the topic in that region, or set AWS_REGION to the topic's.",
                id="notifications.E003",
            )
    if any(arn.endswith(FIFO) for arn in settings.SNS_INBOUND_TOPICS):
        yield Error(
            "SNS_INBOUND_TOPICS names a FIFO topic, which never posts over HTTPS.",
            hint="Let SES and SMS report to a standard topic.",
            id="notifications.E004",
        )
    unknown = sorted(set(settings.SNS_EVENTS_KINDS) - set(KINDS))
    if unknown:
        yield Error(
            f"SNS_EVENTS_KINDS names no such kind: {', '.join(unknown)}.",
            hint=f"There are {', '.join(sorted(KINDS))}.",
            id="notifications.E005",
        )


def _texts() -> Iterator[CheckMessage]:
    if settings.SMS_SENDER_ID and not SENDER_ID.match(settings.SMS_SENDER_ID):
        hint = "Up to 11 letters and digits, at least one letter; or leave it empty."
        said = "SMS_SENDER_ID is none that SNS takes."
        yield Error(said, hint=hint, id="notifications.E006")
    if settings.SMS_MAX_PRICE and not _is_price(settings.SMS_MAX_PRICE):
        said = "SMS_MAX_PRICE is no price in USD."
        yield Error(said, hint="Such as 0.10; or leave it empty.", id="notifications.E007")
    unknown = sorted(set(settings.SMS_COUNTRIES) - phonenumbers.SUPPORTED_REGIONS)
    if unknown:
        yield Error(
            f"SMS_COUNTRIES names no such country: {', '.join(unknown)}.",
            hint="Two letters each (ISO 3166-1), such as AT,CH,DE.",
            id="notifications.E008",
        )


def _is_price(text: str) -> bool:
    try:
        price = Decimal(text)
    except InvalidOperation:
        return False
    return price.is_finite() and price > 0


def _push() -> Iterator[CheckMessage]:
    key, contact = settings.VAPID_PRIVATE_KEY, settings.VAPID_CONTACT
    if key and not vapid.is_readable(key):
        yield Error(
            "VAPID_PRIVATE_KEY is no private key of P-256.",
            hint="It is 32 bytes in base64url, without padding; make one with manage.py vapid_key.",
            id="notifications.E009",
        )
    if key and not contact.startswith(("mailto:", "https://")):
        said = "VAPID_CONTACT is nothing that push services take."
        yield Error(said, hint="Set mailto:… or https://…", id="notifications.E010")


def _authorities() -> Iterator[CheckMessage]:
    path = settings.OUTGOING_CA_FILE
    if not path:
        return
    try:
        ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        yield Error(
            f"OUTGOING_CA_FILE cannot be used: {error}",
            hint="Name a file with certificates in PEM that this user may read.",
            id="notifications.E011",
        )
