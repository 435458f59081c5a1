"""What a completed sign-in leaves behind."""

from collections.abc import Callable

from django.db import transaction

from accounts import browsers, history, notices
from accounts.clients import Client
from accounts.models import SecurityEvent, User
from accounts.places import country_of

type Welcome = Callable[[User], None]

_welcomes: list[Welcome] = []


def register_welcome(welcome: Welcome) -> None:
    """Have `welcome` called with whoever has signed in whole. Registering twice counts once."""
    if welcome not in _welcomes:
        _welcomes.append(welcome)


@transaction.atomic
def complete_sign_in(*, user: User, client: Client) -> None:
    """Write the sign-in down, and tell the person of a browser or a country that is new."""
    is_elsewhere = _is_from_a_new_country(user, client)
    history.record(user=user, kind=SecurityEvent.Kind.SIGNED_IN, client=client)
    for welcome in _welcomes:
        welcome(user)
    if browsers.note_browser(user=user, client=client):
        notices.tell(kind="new_browser", user=user, client=client, page="accounts:sessions")
    elif is_elsewhere:
        notices.tell(kind="new_place", user=user, client=client, page="accounts:sessions")


def _is_from_a_new_country(user: User, client: Client) -> bool:
    """Tell whether the country is known, and none of those of the sign-ins before.

    Countries and not cities: telephones wander from one to the next by the day.
    """
    country = country_of(client.ip)
    if not country:
        return False
    before = {country_of(ip) for ip in history.addresses_of_sign_ins(user)} - {""}
    return bool(before) and country not in before
