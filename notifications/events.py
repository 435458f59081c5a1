"""Telling people. What must be told is written with the change itself, in its transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import batched

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from notifications import preferences
from notifications.channels.base import IN_APP, JSON
from notifications.channels.registry import configured_channels
from notifications.kinds import KINDS
from notifications.models import Notification, Preference
from notifications.outbox.owing import deliveries_for, delivery_to, owe

# People per statement: telling a site of 100,000 holds 500 of them in memory.
BATCH = 500


@transaction.atomic
def notify(
    *,
    kind: str,
    to: AbstractBaseUser | Iterable[AbstractBaseUser],
    context: Mapping[str, JSON],
    url: str = "",
    key: str = "",
    also_mail: Sequence[str] = (),
    without: Collection[str] = (),
) -> int:
    """Tell people that something happened, each by the channels that they chose for it.

    Call it inside the transaction of the change: it writes rows only, and a worker sends what they
    owe once they are committed. `context` holds plain JSON values, at least those that the kind's
    words name; `url` is a path on this site. With a `key`, a person is told of this kind and key
    once, however often it is called. `also_mail` are further addresses of the one person;
    `without` names channels that are not used, whatever people chose.

    Returns how many people were told, which leaves out those who had been told before.
    """
    missing = KINDS[kind].places - set(context)
    if missing:
        raise ValueError(f"The words of {kind} need {', '.join(sorted(missing))}.")
    draft = Notification(
        kind=kind,
        category=KINDS[kind].subject.category,
        context=dict(context),
        url=url,
        key=key,
    )
    people = [to] if isinstance(to, AbstractBaseUser) else to
    told = 0
    for batch in batched(people, BATCH):
        told += _tell(draft, batch, also_mail, without)
    _tell_site(draft)
    return told


def _tell(
    draft: Notification,
    people: Collection[AbstractBaseUser],
    also_mail: Sequence[str],
    without: Collection[str],
) -> int:
    """Write notifications and what they owe, in as many queries for 500 people as for one."""
    wishes = preferences.wishes_of(people, subject=KINDS[draft.kind].subject)
    drafts = []
    for wish in wishes.values():
        own = _copy(draft)
        own.recipient_id = wish.user.pk
        own.in_inbox = wish.mode(IN_APP) != Preference.Mode.OFF
        drafts.append(own)
    written = _write_once(drafts)
    owed = [
        delivery
        for own in written
        for delivery in deliveries_for(own, wishes=wishes[own.recipient_id], also_mail=also_mail)
    ]
    owe(delivery for delivery in owed if delivery.channel not in without)
    return len(written)


def _tell_site(draft: Notification) -> None:
    """Tell the site's own endpoints, such as a topic, where any wants this kind."""
    targets = [
        (channel, target)
        for channel in configured_channels()
        for target in channel.site_targets(kind=draft.kind)
    ]
    if not targets:
        return
    own = _copy(draft)
    own.in_inbox = False
    for written in _write_once([own]):
        owe(
            [
                delivery_to(target, channel=channel, notification=written)
                for channel, target in targets
            ]
        )


def _copy(draft: Notification) -> Notification:
    return Notification(
        kind=draft.kind,
        category=draft.category,
        context=draft.context,
        url=draft.url,
        key=draft.key,
    )


def _write_once(drafts: list[Notification]) -> list[Notification]:
    """Save the notifications and return those that are new by their key."""
    if not drafts or not drafts[0].key:
        return Notification.objects.bulk_create(drafts)
    # Of two at once the database lets one in. What came in is told by the random uuid, since
    # neither database returns the keys of rows of which some were ignored.
    Notification.objects.bulk_create(drafts, ignore_conflicts=True)
    return list(Notification.objects.filter(uuid__in=[draft.uuid for draft in drafts]))
