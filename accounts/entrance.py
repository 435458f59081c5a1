"""What a completed sign-in leaves behind."""

from collections.abc import Callable

from django.db import transaction

from accounts import browsers, history, notices
from accounts.clients import Client
from accounts.models import SecurityEvent, User

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
        notices.tell(kind="new_browser", user=user, client=client, page="accounts:sessions")
