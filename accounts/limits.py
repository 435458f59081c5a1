"""How often someone may guess: few times freely, then with a growing delay that has an end.

ASVS 5.0: 6.3.1, 6.6.3. An attempt is counted before it is made, under a row lock, and taken back
when it succeeds: of a hundred that come at once, no more are let through than of a hundred in turn.
"""

import ipaddress
import secrets
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.errors import AccountError
from accounts.models import Throttle
from accounts.secret_digest import keyed_digest_of


@dataclass(frozen=True)
class Limit:
    """`free` attempts, then a wait of `first`, doubled each time up to `longest`."""

    name: str
    free: int
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=15)
    # Without a failure for so long, all is forgotten.
    memory: timedelta = timedelta(hours=6)

    def wait_after(self, failures: int) -> timedelta:
        over = failures - self.free
        # 2 ** 20 is far beyond the longest: no need to make huge numbers.
        return timedelta() if over < 0 else min(self.first * 2 ** min(over, 20), self.longest)


@dataclass(frozen=True)
class DailyLimit:
    """At most so many a day, by UTC; then none until the next."""

    name: str
    most: int


PASSWORD = Limit("password", free=5)
PASSWORD_ON_KNOWN_BROWSER = Limit("password-browser", free=5)
ADDRESS = Limit("address", free=20)
CODE = Limit("code", free=5)
# Codes sent: each may cost money and somebody's sleep.
SENDING = Limit("sending", free=3, first=timedelta(minutes=1), longest=timedelta(hours=1))
TOKEN = Limit("token", free=30)
UNKNOWN = Limit("unknown", free=0)


class TooManyAttemptsError(AccountError):
    """Refused unread. `seconds` until the next attempt is."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            _("Too many attempts. Try again in %(time)s.") % {"time": spell_out(seconds)}
        )


# Below, a wait is told in seconds; then in minutes; then in hours.
MINUTES_FROM = 90
HOURS_FROM = 2 * 3600


def spell_out(seconds: int) -> str:
    if seconds < MINUTES_FROM:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    if seconds > HOURS_FROM:
        return _("%(count)d hours") % {"count": ceil(seconds / 3600)}
    return _("%(count)d minutes") % {"count": ceil(seconds / 60)}


def network_of(ip: str) -> str:
    """Return what one customer has: an IPv4 address, or an IPv6 network of 64 bits."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(address, ipaddress.IPv4Address):
        return ip
    return str(ipaddress.ip_network(f"{ip}/64", strict=False))


@transaction.atomic
def count_attempt(limit: Limit, subject: object) -> None:
    """Count an attempt; raise TooManyAttemptsError, counting nothing, if it may not be made yet."""
    now = timezone.now()
    key = _key(limit, subject)
    held = Throttle.objects.select_for_update()
    row, _made = held.get_or_create(key=key, defaults={"failed_at": now})
    if now - row.failed_at > limit.memory:
        row.failures = 0
    ready_at = row.failed_at + limit.wait_after(row.failures)
    # `free` is the number of failures after which the first wait comes.
    if row.failures >= limit.free and now < ready_at:
        raise TooManyAttemptsError(ceil((ready_at - now).total_seconds()))
    row.failures += 1
    row.failed_at = now
    row.save()


@transaction.atomic
def count_today(limit: DailyLimit, subject: object) -> None:
    """Count one more today; raise TooManyAttemptsError, counting nothing, where that is too many.

    Of several that are counted in one transaction all count or none, whichever refuses.
    """
    now = timezone.now()
    key = keyed_digest_of(f"{now:%Y-%m-%d}:{subject}".casefold(), purpose=f"daily:{limit.name}")
    held = Throttle.objects.select_for_update()
    row, _made = held.get_or_create(key=key, defaults={"failed_at": now})
    if row.failures >= limit.most:
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        raise TooManyAttemptsError(ceil((midnight - now).total_seconds()))
    row.failures += 1
    row.failed_at = now
    row.save()


def forgive_all(limit: Limit, subject: object) -> None:
    """Forget the failures: the attempt just counted was right."""
    # Not deleted: somebody else may be about to lock the row.
    Throttle.objects.filter(key=_key(limit, subject)).update(failures=0)


def forgive_one(limit: Limit, subject: object) -> None:
    """Take back the attempt just counted, but not the failures before it."""
    key = _key(limit, subject)
    Throttle.objects.filter(key=key, failures__gt=0).update(failures=F("failures") - 1)


def seconds_to_wait(limit: Limit, subject: object) -> int:
    """Return how long until an attempt would be heard; 0 for now."""
    row = Throttle.objects.filter(key=_key(limit, subject)).first()
    if row is None or row.failures < limit.free:
        return 0
    left = row.failed_at + limit.wait_after(row.failures) - timezone.now()
    return max(0, ceil(left.total_seconds()))


def failures(limit: Limit, subject: object) -> int:
    """Return how many attempts in a row were in vain."""
    row = Throttle.objects.filter(key=_key(limit, subject)).first()
    return row.failures if row else 0


def write_as_much_as_history() -> None:
    """Write one row that means nothing, where an account would have had an event written."""
    key = _key(UNKNOWN, secrets.randbelow(256))
    Throttle.objects.update_or_create(key=key, defaults={"failed_at": timezone.now()})


def forget_old_failures() -> int:
    """Delete counts that no limit remembers; return how many."""
    old = Throttle.objects.filter(failed_at__lt=timezone.now() - timedelta(days=1))
    return old.delete()[0]


def _key(limit: Limit, subject: object) -> str:
    return keyed_digest_of(str(subject).casefold(), purpose=f"limit:{limit.name}")
