"""Adding, naming and removing second factors. Each change is written down and told."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import browsers, history, notices, sessions
from accounts.clients import NOBODY, Client
from accounts.errors import FactorError
from accounts.models import SecurityEvent, User
from accounts.second_factor.kinds import KINDS, AnyDevice, factors_of, kind_of
from accounts.second_factor.standing import is_required_of
from notifications.kinds.base import source_of

NAME_LENGTH = 64
FACTORS_PER_PERSON = 20
Event = SecurityEvent.Kind


def tell_of_change(*, user: User, event: Event, detail: str, client: Client) -> None:
    """Tell the person, in the transaction of the change (ASVS 5.0, 6.3.7)."""
    notices.tell(
        kind="security_changed",
        user=user,
        client=client,
        page="account_change_password",
        what=source_of(event.label),
        detail=detail,
    )


def refuse_too_many(user: User) -> None:
    if len(list(factors_of(user))) >= FACTORS_PER_PERSON:
        raise FactorError(_("You have 20 second factors. Remove one that you no longer use."))


def free_name(user: User, wanted: str) -> str:
    """Return the wanted name, or one like it that none of the person's factors has."""
    taken = {device.name for device in factors_of(user)}
    name, number = wanted[:NAME_LENGTH], 2
    while name in taken:
        name = f"{wanted[: NAME_LENGTH - 4]} {number}"
        number += 1
    return name


def factor_added(*, device: AnyDevice, client: Client) -> None:
    """Write down and tell that a factor was just confirmed. Call it in the same transaction."""
    browsers.forget_browsers(user=device.user)
    detail = f"{source_of(kind_of(device).title)}: {device.name}"
    history.record(user=device.user, kind=Event.FACTOR_ADDED, client=client, detail=detail)
    tell_of_change(user=device.user, event=Event.FACTOR_ADDED, detail=detail, client=client)


@transaction.atomic
def rename_factor(*, device: AnyDevice, name: str, client: Client) -> None:
    """Give a factor another name; it need not be unique, only known to its owner."""
    device.name = " ".join(name.split())[:NAME_LENGTH]
    device.save(update_fields=["name"])
    kind = Event.FACTOR_RENAMED
    history.record(user=device.user, kind=kind, client=client, detail=device.name)


@transaction.atomic
def remove_factor(*, device: AnyDevice, client: Client) -> None:
    """Remove a factor; raise FactorError if it is the last of someone who must have one."""
    user = User.objects.select_for_update().get(pk=device.user_id)
    left = [
        other
        for other in factors_of(user)
        if kind_of(other).counts and other.persistent_id != device.persistent_id
    ]
    if not left and is_required_of(user):
        raise FactorError(
            _("This is your only second factor. Add another one before you remove it.")
        )
    detail = f"{source_of(kind_of(device).title)}: {device.name}"
    device.delete()
    if not left:
        # Codes that stand in for a lost factor stand in for nothing now.
        _delete_all(user, only_recovery=True)
    browsers.forget_browsers(user=user)
    history.record(user=user, kind=Event.FACTOR_REMOVED, client=client, detail=detail)
    tell_of_change(user=user, event=Event.FACTOR_REMOVED, detail=detail, client=client)


@transaction.atomic
def reset_factors(*, user: User, by: User | None = None, client: Client = NOBODY) -> int:
    """Remove every factor of a person, of every kind, and end their sessions; return how many."""
    removed = _delete_all(user)
    browsers.forget_browsers(user=user)
    sessions.end_sessions(user=user, client=client, by=by)
    history.record(user=user, kind=Event.FACTORS_RESET, client=client, by=by)
    tell_of_change(user=user, event=Event.FACTORS_RESET, detail="", client=client)
    return removed


def _delete_all(user: User, *, only_recovery: bool = False) -> int:
    removed = 0
    for kind in KINDS.values():
        if only_recovery and kind.counts:
            continue
        model: Any = kind.model
        devices = model.objects.filter(user=user)
        removed += len(devices)
        devices.delete()
    return removed
