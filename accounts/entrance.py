"""What a completed sign-in leaves behind."""

from collections.abc import Callable

from django.db import transaction

from accounts import browsers, history, mail
from accounts.clients import Client
from accounts.models import SecurityEvent, User
from accounts.places import place_of
from accounts.user_agents import browser_name

type Welcome = Callable[[User], None]

_welcomes: list[Welcome] = []


def register_welcome(welcome: Welcome) -> None:
    """Have `welcome` called with whoever has signed in whole. Registering twice counts once."""
    if welcome not in _welcomes:
        _welcomes.append(welcome)


@transaction.atomic
def complete_sign_in(*, user: User, client: Client) -> None:
    """Write the sign-in down, and tell the person of a browser that was never here before."""
    history.record(user=user, kind=SecurityEvent.Kind.SIGNED_IN, client=client)
    for welcome in _welcomes:
        welcome(user)
    if browsers.note_browser(user=user, client=client):
        transaction.on_commit(lambda: _tell_of_new_browser(user, client))


def _tell_of_new_browser(user: User, client: Client) -> None:
    mail.send_to_person(
        template="account/email/new_browser",
        user=user,
        browser=browser_name(client.user_agent),
        place=place_of(client.ip),
        client=client,
    )
