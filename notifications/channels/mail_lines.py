"""Connections to the mail server, kept from one mail to the next."""

import logging
import smtplib
import threading
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.base import BaseEmailBackend

logger = logging.getLogger(__name__)

# Busy servers end a connection that rests, or after a hundred mails.
KEPT_SECONDS = 5.0
KEPT_MAILS = 100
# A line that had ended says so within this. What took longer is a server that stalls: waiting for
# it a second time would outlast the delivery's lease.
AT_ONCE_SECONDS = 1.0
CLOSING = 421


@dataclass
class Line:
    backend: BaseEmailBackend
    # What MAILERS said when it was made.
    made_of: object
    used_at: float = field(default_factory=time.monotonic)
    mails: int = 0

    def is_good(self) -> bool:
        rested = time.monotonic() - self.used_at
        is_current = self.made_of is settings.MAILERS
        return is_current and rested < KEPT_SECONDS and self.mails < KEPT_MAILS

    def send(self, mail: EmailMessage) -> None:
        self.backend.send_messages([mail])
        self.mails += 1
        self.used_at = time.monotonic()

    def hang_up(self) -> None:
        try:
            self.backend.close()
        except (smtplib.SMTPException, OSError):
            logger.debug("the mail server had gone by itself")


class Lines:
    """Each line is one sender's while it sends: SMTP says one thing at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resting: list[Line] = []

    def send(self, mail: EmailMessage) -> None:
        """Send by a line that is there, or by a new one. Raises SMTPException, OSError."""
        line = self._take()
        if line is not None:
            began = time.monotonic()
            try:
                self._send_by(line, mail)
            except smtplib.SMTPException as error:
                if not _had_ended(error) or time.monotonic() - began > AT_ONCE_SECONDS:
                    raise
                # If the mail went after all, its key is the same.
                logger.debug("the mail server ended a line that rested")
            else:
                return
        self._send_by(_dial(), mail)

    def hang_up(self) -> None:
        """End all that rest."""
        with self._lock:
            lines, self._resting = self._resting, []
        for line in lines:
            line.hang_up()

    def _take(self) -> Line | None:
        while True:
            with self._lock:
                if not self._resting:
                    return None
                line = self._resting.pop()
            if line.is_good():
                return line
            line.hang_up()

    def _send_by(self, line: Line, mail: EmailMessage) -> None:
        try:
            line.send(mail)
        except BaseException:
            # Whatever it was: the next mail begins anew.
            line.hang_up()
            raise
        with self._lock:
            self._resting.append(line)


def _had_ended(error: smtplib.SMTPException) -> bool:
    """Tell whether it was about the line and not about the mail."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        # The first word of a mail, answered by a server that had enough of this line.
        return error.smtp_code == CLOSING
    return isinstance(error, smtplib.SMTPServerDisconnected)


def _dial() -> Line:
    # A backend of its own each time: django.core.mail.mailers keeps none.
    backend = mailers.default
    backend.open()
    return Line(backend, settings.MAILERS)
