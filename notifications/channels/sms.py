"""Text messages: through AWS SNS, or printed on the console of a laptop.

https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
"""

import logging
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import SMS, Channel, Message, Target
from notifications.errors import BadAddressError, RefusedError, TemporaryError, ThrottledError
from notifications.models import Endpoint

logger = logging.getLogger(__name__)

# A person waits for the page that sends: better a clear error than a long wait.
TIMEOUTS = Config(
    connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"}
)


# Two parts of 153 letters (GSM 03.38): each part is paid for.
MAX_LENGTH = 306
THROTTLED = {"Throttling", "ThrottlingException", "ThrottledException", "TooManyRequestsException"}
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
BAD_NUMBER = {"InvalidParameter", "InvalidParameterValue", "OptedOut", "EndpointDisabled"}


class SmsError(Exception):
    """The message was not accepted. Why is in the log, without the number and the text."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        # What AWS calls the failure.
        self.code = code


class SmsChannel(Channel):
    """Notifications to phones that their owners have verified."""

    name = SMS
    title = _("Text message")
    disturbs = True
    # A text that is days late is worse than none, and each attempt may be paid for.
    max_attempts = 6

    def is_configured(self) -> bool:
        return is_configured()

    def targets(self, *, user: AbstractBaseUser, endpoints: Sequence[Endpoint]) -> Sequence[Target]:
        return [Target(endpoint.address, endpoint) for endpoint in endpoints]

    def rate(self) -> float:
        return float(settings.SMS_RATE)

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        try:
            return send_sms(to=target.address, text=text_of(message))
        except SmsError as error:
            if error.code in THROTTLED:
                raise ThrottledError(error.code) from error
            if error.code in BAD_NUMBER:
                raise BadAddressError(error.code) from error
            if error.code == "AuthorizationError":
                raise RefusedError(error.code) from error
            raise TemporaryError(error.code or str(error)) from error


def text_of(message: Message) -> str:
    """Return the title and, as far as they fit, the text and the address."""
    whole = f"{settings.SITE_NAME}: {message.title}"
    for more in (f"\n{message.text}", f"\n{message.url}"):
        if more.strip() and len(whole) + len(more) <= MAX_LENGTH:
            whole += more
    return whole[:MAX_LENGTH]


def is_configured() -> bool:
    return bool(settings.SMS_URL)


def send_sms(*, to: str, text: str) -> str:
    """Hand a text over to be sent to a number in E.164 form; return SNS's id of it, or "".

    Raises SmsError.
    """
    if settings.SMS_URL == "console:":
        sys.stdout.write(f"\nSMS to {to}:\n{text}\n\n")
        sys.stdout.flush()
        return ""
    if settings.SMS_URL == "sns:":
        return _publish(to, text)
    raise SmsError("SMS_URL is not set")


def _publish(to: str, text: str) -> str:
    kind = {"DataType": "String", "StringValue": "Transactional"}
    try:
        answer = _client().publish(
            PhoneNumber=to, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": kind}
        )
    except (BotoCoreError, ClientError) as error:
        # The error of AWS may repeat the number.
        logger.warning("sms refused error=%s", _code_of(error))
        raise SmsError("SNS did not take the message", code=_code_of(error)) from error
    logger.info("sms accepted id=%s", answer["MessageId"])
    return str(answer["MessageId"])


def _code_of(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


@cache
def _client() -> Any:
    """Return the client: made once, for making one takes 100 ms; safe to share among threads."""
    return boto3.client(
        "sns",
        region_name=settings.AWS_REGION or None,
        endpoint_url=settings.SNS_ENDPOINT_URL or None,
        config=TIMEOUTS,
    )
