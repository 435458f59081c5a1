"""Text messages: through AWS SNS, or printed on the console of a laptop.

https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
"""

import sys
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from notifications import kept_mail, sns
from notifications.channels.base import SMS, Channel, Message, Target
from notifications.errors import BadAddressError, ChannelError, RefusedError, TemporaryError
from notifications.models import Endpoint

# Two parts of 153 letters (GSM 03.38): each part is paid for.
MAX_LENGTH = 306
# Of a publish to a phone, what SNS calls a number that it sends nothing to.
BAD_NUMBER = {"InvalidParameter", "InvalidParameterException", "InvalidParameterValue"}


class SmsError(Exception):
    """The message was not accepted. Why is in the log, without the number and the text."""


class SmsChannel(Channel):
    """Notifications to phones that their owners have verified."""

    name = SMS
    setup_page = "accounts:phones"
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
            return _hand_over(target.address, text_of(message))
        except RefusedError as error:
            if str(error) in BAD_NUMBER:
                raise BadAddressError(str(error)) from error
            raise


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
    try:
        return _hand_over(to, text)
    except ChannelError as error:
        raise SmsError("SNS did not take the message") from error


def _hand_over(to: str, text: str) -> str:
    if settings.SMS_URL == "console:":
        sys.stdout.write(f"\nSMS to {to}:\n{text}\n\n")
        sys.stdout.flush()
        kept_mail.keep(channel=SMS, to=to, text=text)
        return ""
    if settings.SMS_URL == "sns:":
        return sns.publish(PhoneNumber=to, Message=text, MessageAttributes=attributes())
    raise TemporaryError("SMS_URL is not set")


def attributes() -> dict[str, dict[str, str]]:
    """Return how SNS is to send a text.

    Codes and notices are wanted at once, hence "Transactional". A sender's name is shown in the
    countries that allow one; a text that would cost more than the price in USD is not sent.
    """
    found = {"SMSType": ("String", settings.SMS_TYPE)}
    if settings.SMS_SENDER_ID:
        found["SenderID"] = ("String", settings.SMS_SENDER_ID)
    if settings.SMS_MAX_PRICE:
        found["MaxPrice"] = ("Number", settings.SMS_MAX_PRICE)
    return {
        f"AWS.SNS.SMS.{name}": {"DataType": kind, "StringValue": value}
        for name, (kind, value) in found.items()
    }
