"""A mail written out: in text and HTML, one recipient, no attachments.

By the standard library, like Django's own, but without what makes that one slow (docs/decisions/
0024): headers are not parsed again into addresses and dates, and bodies are encoded by `quopri`,
which is C, and not a letter at a time. And what is longer than a line is folded into encoded words
only where RFC 2047 (5) allows them: not in `List-Unsubscribe`.
"""

import quopri
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import Compat32, Policy
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache

from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import punycode

# Cannot be in quoted-printable, where "=" is followed by hexadecimal digits (RFC 2045, 6.7).
BOUNDARY = "=_another_part"
# What stands beside the name of the header in a line of 78 (RFC 5322, 2.1.1).
LONGEST_WORD = 78 - len("Subject: ")


class UnwritableError(ValueError):
    """What was given cannot be in a mail."""


class Remembering(Compat32):
    """Folds headers as its parent does; what many mails say alike is folded once."""

    def fold_binary(self, name: str, value: str) -> bytes:
        return _folded(self.linesep, name, value)


@lru_cache(maxsize=256)
def _folded(linesep: str, name: str, value: str) -> bytes:
    return Compat32(linesep=linesep).fold_binary(name, value)


class WrittenMail(EmailMultiAlternatives):
    """A mail that costs little to write out. Django's backends take it like any other."""

    # Django's own type is the modern one of Python's two, which has a few more ways to ask.
    def message(self, *, policy: Policy | None = None) -> Message:  # type: ignore[override]
        """Return the whole mail. Raises UnwritableError for a header of more than a line."""
        own = Remembering(linesep=policy.linesep if policy else "\n")
        whole = MIMEMultipart("alternative", boundary=BOUNDARY, policy=own)
        whole["Subject"] = subject_of(str(self.subject))
        whole["From"] = address_of(str(self.from_email))
        whole["To"] = ", ".join(address_of(str(to)) for to in self.to)
        whole["Date"] = formatdate()
        for name, value in self.extra_headers.items():
            whole[name] = one_line(str(value))
        whole.attach(_part(str(self.body), "plain"))
        for alternative in self.alternatives:
            whole.attach(_part(str(alternative[0]), "html"))
        return whole


def one_line(value: str) -> str:
    """Return the value, in which no header of somebody's own can begin. Raises UnwritableError."""
    if "\n" in value or "\r" in value:
        raise UnwritableError("A header of a mail has more than a line.")
    return value


def subject_of(words: str) -> str:
    """Return words that can be folded where they are written. Raises UnwritableError."""
    longest = max(map(len, one_line(words).split()), default=0)
    if longest <= LONGEST_WORD:
        return words
    # Between words alone, ASCII could not be: as encoded words (RFC 2047) it can.
    return Header(words, "utf-8", header_name="Subject").encode()


@lru_cache(maxsize=256)
def address_of(address: str) -> str:
    """Return an address with its name, both in ASCII.

    Raises UnwritableError for a mailbox in another script: it needs SMTPUTF8 all the way.
    """
    name, bare = parseaddr(one_line(address))
    mailbox, at, domain = bare.rpartition("@")
    try:
        if not domain.isascii():
            domain = punycode(domain)
        return formataddr((name, f"{mailbox}{at}{domain}"))
    except UnicodeError as error:
        raise UnwritableError(f"The address cannot be written in ASCII: {error}") from error


def _part(text: str, subtype: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    # Lone surrogates, of a name from who knows where, are no UTF-8.
    raw = text.encode("utf-8", "replace").replace(b"\r\n", b"\n")
    part.set_payload(quopri.encodestring(raw).decode("ascii"))
    return part
