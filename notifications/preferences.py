"""What people want to be told, and where."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from notifications.channels.base import EMAIL, Channel, Target
from notifications.channels.registry import configured_channels
from notifications.errors import NotificationError
from notifications.kinds import KINDS
from notifications.kinds.base import Category, Subject
from notifications.models import Endpoint, Preference, Timing

Mode = Preference.Mode
SUBJECTS: dict[str, Subject] = {kind.subject.name: kind.subject for kind in KINDS.values()}


@dataclass(frozen=True)
class Wishes:
    """What one person wants of one subject, with all that is needed to write what is owed."""

    user: AbstractBaseUser
    subject: Subject
    saved: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, Sequence[Endpoint]] = field(default_factory=dict)

    def mode(self, channel: str) -> str:
        return mode_of(subject=self.subject, channel=channel, saved=self.saved.get(channel))

    def targets(self, channel: Channel) -> Sequence[Target]:
        endpoints = self.endpoints.get(channel.name, ())
        return channel.targets(user=self.user, endpoints=endpoints)


def mode_of(*, subject: Subject, channel: str, saved: str | None) -> str:
    """Return how a person is told: locked channels at once, whatever has been saved."""
    if channel in subject.locked:
        return Mode.ON
    if saved == Mode.DIGEST and channel != EMAIL:
        return Mode.ON
    return saved or (Mode.ON if channel in subject.defaults else Mode.OFF)


def wishes_of(people: Collection[AbstractBaseUser], *, subject: Subject) -> dict[object, Wishes]:
    """Return each person's wishes by primary key, in two queries for however many people."""
    ids = [person.pk for person in people]
    saved: dict[object, dict[str, str]] = defaultdict(dict)
    chosen = Preference.objects.filter(user__in=ids, subject=subject.name)
    for user_id, channel, mode in chosen.values_list("user_id", "channel", "mode"):
        saved[user_id][channel] = mode
    endpoints: dict[object, dict[str, list[Endpoint]]] = defaultdict(lambda: defaultdict(list))
    for endpoint in Endpoint.objects.usable().filter(user__in=ids).order_by("pk"):
        endpoints[endpoint.user_id][endpoint.channel].append(endpoint)
    return {
        person.pk: Wishes(
            user=person,
            subject=subject,
            saved=saved[person.pk],
            endpoints=endpoints[person.pk],
        )
        for person in people
    }


def personal_channels() -> list[Channel]:
    """Return the channels, besides the inbox, of which people may choose."""
    return [channel for channel in configured_channels() if channel.is_personal]


def subjects_for(user: AbstractBaseUser) -> list[Subject]:
    """Return the rows of the person's table, by category."""
    is_staff = bool(getattr(user, "is_staff", False))
    order = list(Category)
    offered = [
        subject
        for subject in SUBJECTS.values()
        if subject.is_offered and (is_staff or not subject.for_staff)
    ]
    return sorted(offered, key=lambda subject: order.index(subject.category))


def saved_modes(user: AbstractBaseUser) -> dict[tuple[str, str], str]:
    """Return what the person has chosen, by subject and channel."""
    rows = Preference.objects.filter(user_id=user.pk)
    return {
        (subject, channel): mode
        for subject, channel, mode in rows.values_list("subject", "channel", "mode")
    }


@transaction.atomic
def choose_all(*, user: AbstractBaseUser, modes: Mapping[tuple[str, str], str]) -> int:
    """Keep a whole table of choices, by subject and channel; return how many are not the default.

    What is not in it, such as of a channel that is switched off now, stays as it was.
    """
    departures = []
    for (name, channel), mode in modes.items():
        subject = SUBJECTS[name]
        default = mode_of(subject=subject, channel=channel, saved=None)
        if channel not in subject.locked and mode != default:
            departures.append(Preference(user_id=user.pk, subject=name, channel=channel, mode=mode))
    subjects, channels = {name for name, _ in modes}, {channel for _, channel in modes}
    own = Preference.objects.filter(user_id=user.pk)
    own.filter(subject__in=subjects, channel__in=channels).delete()
    # Of two tables sent at once the later one wins, row by row.
    Preference.objects.bulk_create(
        departures,
        update_conflicts=True,
        unique_fields=["user", "subject", "channel"],
        update_fields=["mode"],
    )
    return len(departures)


@transaction.atomic
def reset(*, user: AbstractBaseUser) -> None:
    """Go back to the defaults; quiet hours and the hour of the digest stay."""
    Preference.objects.filter(user_id=user.pk).delete()


@transaction.atomic
def set_timing(
    *,
    user: AbstractBaseUser,
    quiet_from: time | None,
    quiet_until: time | None,
    digest_hour: int,
) -> Timing:
    """Keep when somebody is left alone: both times, or neither. Raises NotificationError."""
    if (quiet_from is None) != (quiet_until is None):
        raise NotificationError(_("Give both times of your quiet hours, or neither."))
    timing, _created = Timing.objects.update_or_create(
        user_id=user.pk,
        defaults={
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "digest_hour": digest_hour,
        },
    )
    return timing


def timing_of(user: AbstractBaseUser) -> Timing:
    return Timing.objects.filter(user_id=user.pk).first() or Timing(user_id=user.pk)


@transaction.atomic
def choose(
    *, user: AbstractBaseUser, subject: Subject, channel: str, mode: str
) -> Preference | None:
    """Keep what somebody chose; None, and nothing kept, where it is the default or locked."""
    own = Preference.objects.filter(user_id=user.pk, subject=subject.name, channel=channel)
    if channel in subject.locked or mode == mode_of(subject=subject, channel=channel, saved=None):
        own.delete()
        return None
    chosen, _created = Preference.objects.update_or_create(
        user_id=user.pk, subject=subject.name, channel=channel, defaults={"mode": mode}
    )
    return chosen
