"""Print mail the way a person reads it. For laptops: production refuses to start with it."""

import sys
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from notifications import kept_mail
from notifications.channels.base import EMAIL

RULE = "-" * 72


def _keep(message: EmailMessage) -> None:
    """Keep the mail to be looked at under /outbox/."""
    alternatives = getattr(message, "alternatives", [])
    htmls = [str(each.content) for each in alternatives if each.mimetype == "text/html"]
    for recipient in message.recipients():
        kept_mail.keep(
            channel=EMAIL,
            to=recipient,
            subject=str(message.subject),
            text=str(message.body),
            html=htmls[0] if htmls else "",
        )


class ConsoleMailBackend(BaseEmailBackend):
    """Write recipients, subject and plain text to standard output.

    Django's own console backend prints the encoded message, where a long link is folded into
    several lines that no terminal can open.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            lines = [
                RULE,
                f"Mail to {', '.join(message.recipients())}: {message.subject}",
                "",
                *str(message.body).strip().splitlines(),
                RULE,
            ]
            # One write, so that mails of two threads do not mix.
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()
            _keep(message)
        return len(email_messages)
