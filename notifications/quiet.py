"""Quiet hours: when a person is not to be disturbed, by the clock on their own wall."""

from datetime import datetime, time, timedelta, tzinfo

from django.contrib.auth.base_user import AbstractBaseUser

from notifications.models import Timing


def zone_of(user: AbstractBaseUser | None) -> tzinfo | None:
    """Return the person's time zone; None, the site's, where they have none."""
    return getattr(user, "zone", None)


def end_of_quiet(*, timing: Timing | None, zone: tzinfo | None, at: datetime) -> datetime | None:
    """Return when the quiet hours end that `at` lies in; None where it lies in none.

    Where clocks are put forward over the end, the hour that does not exist ends an hour later.
    """
    if timing is None or timing.quiet_from is None or timing.quiet_until is None:
        return None
    local = at.astimezone(zone)
    if not _is_within(local.time(), timing.quiet_from, timing.quiet_until):
        return None
    end = local.replace(
        hour=timing.quiet_until.hour, minute=timing.quiet_until.minute, second=0, microsecond=0
    )
    if end <= local:
        end += timedelta(days=1)
    return end.astimezone(at.tzinfo)


def _is_within(now: time, start: time, end: time) -> bool:
    if start <= end:
        return start <= now < end
    return now >= start or now < end
