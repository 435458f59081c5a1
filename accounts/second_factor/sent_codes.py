"""Codes that are sent: by e-mail, and by SMS. Weaker than an app, so each can be switched off."""

import secrets
from urllib.parse import urlsplit

import django_otp
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import limits, mail, texting
from accounts.clients import Client
from accounts.errors import CodeRefusedError, FactorError
from accounts.models import EmailCode, PhoneCode, User
from accounts.models.factors import SENT_CODE_LIFETIME, SentCode
from accounts.second_factor import changes
from notifications.channels.sms import SmsError, send_sms

DIGITS = 6
REFUSED = gettext_lazy("This code is not right, or too old. Try again, or have another one sent.")


def send_code(*, device: SentCode, client: Client) -> None:
    """Make a code and send it; earlier ones are good no more.

    Raises TooManyAttemptsError, counted by person and by number so that nobody's phone is flooded,
    PhoneError for a number that gets none, or FactorError where it could not be sent. Call it
    outside of a transaction: sending takes time.
    """
    if isinstance(device, PhoneCode):
        texting.count_text(user=device.user, number=device.number, client=client)
    else:
        limits.count_attempt(limits.SENDING, f"{device.user_id}:{type(device).__name__}")
    code = new_code()
    device.keep_code(code)
    if isinstance(device, PhoneCode):
        text_code(number=device.number, code=code, language=device.user.language)
    else:
        _post_mail(device, code, client)


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def text_code(*, number: str, code: str, language: str) -> None:
    """Send a code by SMS. Raises FactorError where it could not be."""
    try:
        send_sms(to=number, text=text_of(code=code, language=language))
    except SmsError as error:
        text = _("The text message could not be sent. Try again, or choose another way.")
        raise FactorError(text) from error


def text_of(*, code: str, language: str) -> str:
    """Return the text message that a code comes in."""
    host = urlsplit(settings.SITE_URL).hostname
    # The last line lets phones fill the code in on this site alone (WebOTP, "origin-bound codes").
    with translation.override(language):
        words = _("%(code)s is your %(site)s code, good for 10 minutes.") % {
            "code": code,
            "site": settings.SITE_NAME,
        }
    return f"{words}\n\n@{host} #{code}"


def _post_mail(device: SentCode, code: str, client: Client) -> None:
    mail.post_to_person(
        template="account/email/sent_code",
        user=device.user,
        good_for=SENT_CODE_LIFETIME,
        code=code,
        client=client,
    )


def begin_email(*, user: User) -> EmailCode:
    """Return the way by mail that the person is about to add; it opens nothing until confirmed."""
    device: EmailCode
    device, _made = EmailCode.objects.get_or_create(
        user=user, defaults={"confirmed": False, "name": "E-mail"}
    )
    return device


def begin_phone(*, user: User, number: str) -> PhoneCode:
    """Return the way to that number, which opens nothing until confirmed. Raises FactorError."""
    changes.refuse_too_many(user)
    # Numbers that were tried and left are forgotten.
    PhoneCode.objects.filter(user=user, confirmed=False).exclude(number=number).delete()
    device: PhoneCode
    device, _made = PhoneCode.objects.get_or_create(
        user=user, number=number, defaults={"confirmed": False, "name": number}
    )
    if device.confirmed:
        raise FactorError(_("This number is here already."))
    return device


def confirm_way[Way: SentCode](*, device: Way, code: str, name: str, client: Client) -> Way:
    """Add the way once a code that was sent by it came back.

    Raises CodeRefusedError, TooManyAttemptsError or FactorError.
    """
    subject = f"enrol:{device.user_id}"
    limits.count_attempt(limits.CODE, subject)
    with transaction.atomic():
        changes.refuse_too_many(device.user)
        confirmed: Way | None = django_otp.verify_token(
            device.user, device.persistent_id, "".join(code.split())[:16]
        )
        if confirmed is not None and not confirmed.confirmed:
            confirmed.confirmed = True
            confirmed.name = changes.free_name(device.user, name.strip() or device.name)
            confirmed.save(update_fields=["confirmed", "name"])
            changes.factor_added(device=confirmed, client=client)
            limits.forgive_all(limits.CODE, subject)
            return confirmed
    raise CodeRefusedError(str(REFUSED))
