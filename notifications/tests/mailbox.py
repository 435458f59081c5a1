"""What has been mailed: sends what is owed first, as a worker would."""

from django.core import mail
from django.core.mail import EmailMessage

from notifications.channels.email import EmailChannel
from notifications.outbox.pump import Pump


class InTurn(EmailChannel):
    """One sender: mails arrive in the order in which they were owed."""

    concurrency = 1


def mailbox() -> list[EmailMessage]:
    """Deliver what is due, and return all mails since the test began, the oldest first."""
    Pump(channels=[InTurn()]).drain()
    return mail.outbox
