"""Links that are known by a secret: made, found, opened, guarded by a password, ended.

What leads where is told beside it: `sharing` out of a vault, `requests` into one.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from math import ceil

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from files.errors import ShareError
from files.models import FileRequest, Share

# 192 bits, as 32 letters.
SECRET_BYTES = 24
FREE_GUESSES = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
LATEST_END = datetime(9000, 1, 1, tzinfo=UTC)

type AnyLink = Share | FileRequest


class LinkPasswordError(ShareError):
    """The password is wrong."""


class LinkWaitError(ShareError):
    """Too many wrong passwords: this one was not looked at."""


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def hashed(password: str) -> str:
    """Return the password as it is kept; "" for none."""
    return make_password(password) if password else ""


def refuse_end(expires_at: datetime | None) -> None:
    """Raise ShareError for an end that has passed, or that not every time zone has a day for."""
    if expires_at is None:
        return
    if expires_at <= timezone.now():
        raise ShareError(_("Choose a time that is still to come."))
    if expires_at > LATEST_END:
        raise ShareError(_("Choose a time before the year 9000, or none at all."))


def note_open(link: AnyLink) -> bool:
    """Count an opening; return whether it was the first. Of many at once, one is."""
    rows = type(link).objects.filter(pk=link.pk)
    now = timezone.now()
    if rows.filter(opens=0).update(opens=1, last_opened_at=now):
        return True
    rows.update(opens=F("opens") + 1, last_opened_at=now)
    return False


def check_link_password(*, link: AnyLink, password: str) -> None:
    """Raises LinkPasswordError, or LinkWaitError without having looked at the password."""
    _count_guess(link)
    if not check_password(password, link.password):
        raise LinkPasswordError(_("This is not the password. Ask whoever sent you the link."))
    type(link).objects.filter(pk=link.pk).update(wrong_passwords=0)


@transaction.atomic
def _count_guess(link: AnyLink) -> None:
    """Count a guess before it is looked at, under the link's row."""
    held = type(link).objects.select_for_update().get(pk=link.pk)
    over = held.wrong_passwords - FREE_GUESSES
    now = timezone.now()
    if over >= 0 and held.wrong_at is not None:
        ready_at = held.wrong_at + min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)
        if now < ready_at:
            seconds = ceil((ready_at - now).total_seconds())
            raise LinkWaitError(
                _("Too many attempts. Try again in %(seconds)s seconds.") % {"seconds": seconds}
            )
    held.wrong_passwords += 1
    held.wrong_at = now
    held.save(update_fields=["wrong_passwords", "wrong_at"])


def unlock_mark(link: AnyLink) -> str:
    """Return what a guest's session remembers of a link that was unlocked.

    It changes with the password and is worth nothing for another link.
    """
    return hashlib.sha256(f"{link.pk}:{link.password}".encode()).hexdigest()
