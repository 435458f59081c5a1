"""E-mail, through whatever Django's MAILERS name."""

import secrets
import smtplib
from collections.abc import Sequence
from dataclasses import replace
from email.utils import parseaddr
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import EMAIL, Channel, Message, Target
from notifications.channels.mail_lines import Lines
from notifications.channels.mime import UnwritableError, WrittenMail, address_of
from notifications.errors import (
    BadAddressError,
    ChannelError,
    RefusedError,
    TemporaryError,
    ThrottledError,
)
from notifications.models import Endpoint

# RFC 5321, 4.2: the first digit of a reply. Sorted by what a receiver means by it (RFC 3463).
PERMANENT = 500
NO_SUCH_MAILBOX = {550, 551, 553}
# Not of the message but of our account there: the operator puts it right, so it is tried again.
SIGN_IN = {530, 534, 535, 538}
TOO_FAST = {421, 450, 454}
# Stand for what differs from one recipient to the next. Nobody can put them into a name.
NAME, LINK = (f"{word}-{secrets.token_hex(8)}" for word in ("name", "link"))


class EmailChannel(Channel):
    name = EMAIL
    title = _("E-mail")
    disturbs = True

    def __init__(self) -> None:
        self._lines = Lines()

    def is_configured(self) -> bool:
        return True

    def targets(self, *, user: AbstractBaseUser, endpoints: Sequence[Endpoint]) -> Sequence[Target]:
        address = str(getattr(user, "email", ""))
        return [Target(address)] if address else []

    def rate(self) -> float:
        return float(settings.EMAIL_RATE)

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        try:
            mail = compose(message=message, to=target.address, key=idempotency_key)
        except UnwritableError as error:
            # No later try would help.
            raise RefusedError(str(error)) from error
        try:
            self._lines.send(mail)
        except (smtplib.SMTPException, OSError) as error:
            raise classified(error) from error
        return str(mail.extra_headers["Message-ID"])

    def rest(self) -> None:
        self._lines.hang_up()


def compose(*, message: Message, to: str, key: UUID) -> EmailMultiAlternatives:
    """Return the mail, in text and HTML. The same key makes the same Message-ID.

    Raises UnwritableError for an address that no mail can go to.
    """
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {"Message-ID": f"<{key}@{sender.rpartition('@')[2] or 'localhost'}>"}
    if message.unsubscribe_url:
        # RFC 8058: mail readers show a button that posts this.
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    text, html = rendered(message)
    mail = WrittenMail(
        subject=" ".join(message.title.split()), body=text, to=[address_of(to)], headers=headers
    )
    mail.attach_alternative(html, "text/html")
    return mail


def rendered(message: Message) -> tuple[str, str]:
    """Return the text and the HTML of the mail."""
    if message.html:
        return message.text, message.html
    text, html = _rendered_for_anybody(_for_anybody(message), settings.SITE_NAME, settings.SITE_URL)
    name, link = message.recipient_name, message.unsubscribe_url
    return (
        text.replace(NAME, name).replace(LINK, link),
        html.replace(NAME, escape(name)).replace(LINK, escape(link)),
    )


def _for_anybody(message: Message) -> Message:
    """Return what the message has in common with those that tell others of the same."""
    return replace(
        message,
        uuid=UUID(int=0),
        # To the minute, as mails show it.
        created_at=message.created_at.replace(second=0, microsecond=0),
        context={},
        recipient_id="",
        recipient_name=NAME if message.recipient_name else "",
        unsubscribe_url=LINK if message.unsubscribe_url else "",
        order_key="",
        items=tuple(_for_anybody(item) for item in message.items),
    )


@lru_cache(maxsize=64)
def _rendered_for_anybody(message: Message, site_name: str, site_url: str) -> tuple[str, str]:
    """Return text and HTML, in which NAME and LINK stand for the recipient's own.

    What is told to thousands is put into words once for each language and time zone.
    """
    context = {"message": message, "SITE_NAME": site_name, "SITE_URL": site_url}
    with translation.override(message.language), timezone.override(message.zone):
        text = render_to_string("notifications/email/message.txt", context)
        html = render_to_string("notifications/email/message.html", context)
    return text.strip() + "\n", html.strip() + "\n"


def classified(error: Exception) -> ChannelError:
    """Return what the failure of a mail server means for the delivery."""
    code, said = _reply(error)
    what = f"{type(error).__name__} {code or ''} {said}".strip()[:300]
    if code in TOO_FAST:
        return ThrottledError(what)
    if code < PERMANENT or code in SIGN_IN:
        return TemporaryError(what)
    if isinstance(error, smtplib.SMTPRecipientsRefused) and code in NO_SUCH_MAILBOX:
        return BadAddressError(what)
    return RefusedError(what)


def _reply(error: Exception) -> tuple[int, str]:
    """Return the server's code, 0 where it gave none, and its words."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        # Each of our mails has one recipient.
        code, said = next(iter(error.recipients.values()))
        return code, said.decode(errors="replace")
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        text = words if isinstance(words, str) else words.decode(errors="replace")
        return error.smtp_code, text
    return 0, str(error)
