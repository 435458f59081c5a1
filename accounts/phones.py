"""Phones by which people are told things: verified by a code, then an endpoint of notifications."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import limits, texting
from accounts.clients import Client
from accounts.errors import CodeRefusedError, PhoneError
from accounts.models import PhoneCheck, PhoneCode, User
from accounts.second_factor.sent_codes import REFUSED, new_code, text_code
from notifications import endpoints
from notifications.channels.base import SMS
from notifications.models import Endpoint

PHONES_PER_PERSON = 3


def phones_of(user: User) -> list[Endpoint]:
    """Return the phones that the person has verified, the oldest first."""
    return list(Endpoint.objects.filter(user=user, channel=SMS).order_by("pk"))


@transaction.atomic
def begin_check(*, user: User, number: str) -> PhoneCheck:
    """Return the check of a number (E.164), to which nothing was sent yet. Raises PhoneError."""
    texting.check_number(number)
    own = [phone.address for phone in phones_of(user)]
    if number in own:
        raise PhoneError(_("This phone is here already."))
    if len(own) >= PHONES_PER_PERSON:
        raise PhoneError(_("You have three phones. Remove one that you no longer use."))
    # Numbers that were tried and left are forgotten.
    PhoneCheck.objects.filter(user=user).exclude(number=number).delete()
    check, _made = PhoneCheck.objects.get_or_create(user=user, number=number)
    return check


def is_known(*, user: User, number: str) -> bool:
    """Tell whether a code that was sent to the number came back before: as a second factor."""
    return PhoneCode.objects.filter(user=user, number=number, confirmed=True).exists()


def send_check(*, check: PhoneCheck, client: Client) -> None:
    """Send a code; an earlier one is good no more. Call it outside of a transaction.

    Raises TooManyAttemptsError, PhoneError or FactorError.
    """
    texting.count_text(user=check.user, number=check.number, client=client)
    code = new_code()
    check.keep_code(code)
    text_code(number=check.number, code=code, language=check.user.language)


def confirm_check(*, check: PhoneCheck, code: str) -> Endpoint:
    """Make the phone the person's, once the code came back.

    Raises CodeRefusedError or TooManyAttemptsError.
    """
    subject = f"phone:{check.user_id}"
    limits.count_attempt(limits.CODE, subject)
    with transaction.atomic():
        held = PhoneCheck.objects.select_for_update().filter(pk=check.pk).first()
        # Outside of it the error would undo that the guess was counted.
        if held is not None and held.spend_code(code[:16]):
            limits.forgive_all(limits.CODE, subject)
            return adopt(user=held.user, number=held.number)
    raise CodeRefusedError(str(REFUSED))


@transaction.atomic
def adopt(*, user: User, number: str) -> Endpoint:
    """Add a number that is known to be the person's, and forget its check."""
    PhoneCheck.objects.filter(user=user, number=number).delete()
    return endpoints.add_endpoint(user=user, channel=SMS, address=number, label=number)
