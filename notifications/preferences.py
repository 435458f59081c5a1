"""What people want to be told, and where."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from notifications.channels.base import EMAIL, Channel, Target
from notifications.kinds import KINDS
from notifications.kinds.base import Subject
from notifications.models import Endpoint, Preference, Timing

Mode = Preference.Mode
SUBJECTS: dict[str, Subject] = {kind.subject.name: kind.subject for kind in KINDS.values()}
# Not offered: what comes of other choices, and what people ask for themselves.
NOT_CHOSEN = {"digest", "tests"}


@dataclass(frozen=True)
class Wishes:
    """What one person wants of one subject, with all that is needed to write what is owed."""

    user: AbstractBaseUser
    subject: Subject
    saved: Mapping[str, str] = field(default_factory=dict)
    endpoints: Mapping[str, Sequence[Endpoint]] = field(default_factory=dict)
    timing: Timing | None = None

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
    """Return each person's wishes by primary key, in three queries for however many people."""
    ids = [person.pk for person in people]
    saved: dict[object, dict[str, str]] = defaultdict(dict)
    chosen = Preference.objects.filter(user__in=ids, subject=subject.name)
    for user_id, channel, mode in chosen.values_list("user_id", "channel", "mode"):
        saved[user_id][channel] = mode
    endpoints: dict[object, dict[str, list[Endpoint]]] = defaultdict(lambda: defaultdict(list))
    for endpoint in Endpoint.objects.usable().filter(user__in=ids).order_by("pk"):
        endpoints[endpoint.user_id][endpoint.channel].append(endpoint)
    timings = Timing.objects.in_bulk(ids)
    return {
        person.pk: Wishes(
            user=person,
            subject=subject,
            saved=saved[person.pk],
            endpoints=endpoints[person.pk],
            timing=timings.get(person.pk),
        )
        for person in people
    }


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
