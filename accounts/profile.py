"""What a person says of themselves."""

import zoneinfo
from collections import defaultdict

from django.db import transaction

from accounts.models import User


@transaction.atomic
def update_profile(
    *,
    user: User,
    username: str,
    display_name: str,
    bio: str,
    phone: str,
    time_zone: str,
    language: str,
) -> User:
    user.username = username
    user.display_name = display_name
    user.bio = bio
    user.phone = phone
    user.time_zone = time_zone
    user.language = language
    user.save(update_fields=["username", "display_name", "bio", "phone", "time_zone", "language"])
    return user


def time_zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all time zones as grouped choices: `("Europe", [("Europe/Oslo", "Oslo"), …])`."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for zone in sorted(zoneinfo.available_timezones()):
        region, _separator, place = zone.partition("/")
        # Names without a place are UTC's and old abbreviations, whose offsets surprise.
        if place and region not in {"Etc", "SystemV", "US", "posix", "right"}:
            groups[region].append((zone, place.replace("_", " ").replace("/", ", ")))
    return [("Universal", [("UTC", "UTC")]), *sorted(groups.items())]
