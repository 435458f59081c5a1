"""How many texts may be sent, and where to: each costs money, and some earn it for a thief.

Toll fraud ("SMS pumping"): somebody has codes sent to thousands of numbers of a network that pays
them a share. So texts are counted by person, phone, address, country and for the whole site, and
sent to countries and kinds of numbers that are allowed. What the account with AWS may spend a month
is the last line, and is set there: docs/sns.md.
"""

import logging

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from phonenumbers import PhoneNumberType

from accounts import limits
from accounts.clients import Client
from accounts.errors import PhoneError
from accounts.limits import DailyLimit
from accounts.models import User

logger = logging.getLogger(__name__)

NUMBER_DAILY = DailyLimit("text-number", 10)
# An address may be a whole office's.
ADDRESS_DAILY = DailyLimit("text-address", 20)
# Calls to these cost the caller extra, or reach no phone.
REFUSED_TYPES = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
}


def check_number(number: str) -> None:
    """Raise PhoneError for a number (E.164) that the site sends nothing to."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        raise PhoneError(_("This is no phone's number. Use another one.")) from error
    region = phonenumbers.region_code_for_number(parsed)
    if settings.SMS_COUNTRIES and region not in settings.SMS_COUNTRIES:
        raise PhoneError(_("This site sends no texts to that country. Use another number."))
    if phonenumbers.number_type(parsed) in REFUSED_TYPES:
        raise PhoneError(_("This is no number of a mobile phone. Use another one."))


def count_text(*, user: User, number: str, client: Client) -> None:
    """Count a text that is about to be sent to a number.

    Raises PhoneError, or TooManyAttemptsError where a limit is reached: then nothing is sent.
    """
    check_number(number)
    limits.count_attempt(limits.SENDING, f"{user.pk}:text")
    limits.count_attempt(limits.SENDING, number)
    _count_today(user, number, client)


@transaction.atomic
def _count_today(user: User, number: str, client: Client) -> None:
    """Count by every subject, always in this order: two at once wait, and do not deadlock."""
    limits.count_today(DailyLimit("text-person", settings.SMS_DAILY_PER_PERSON), user.pk)
    limits.count_today(NUMBER_DAILY, number)
    if client.ip:
        limits.count_today(ADDRESS_DAILY, limits.network_of(client.ip))
    country = phonenumbers.parse(number).country_code
    try:
        limits.count_today(DailyLimit("text-country", settings.SMS_DAILY_PER_COUNTRY), country)
        limits.count_today(DailyLimit("text-site", settings.SMS_DAILY), "all")
    except limits.TooManyAttemptsError:
        # Not one person's doing: the operator should look.
        logger.warning("texts: the limit of the day is reached country=+%s", country)
        raise
