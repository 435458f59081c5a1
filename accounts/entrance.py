"""What a completed sign-in leaves behind."""

from accounts import browsers, history
from accounts.clients import Client
from accounts.models import SecurityEvent, User


def complete_sign_in(*, user: User, client: Client) -> None:
    history.record(user=user, kind=SecurityEvent.Kind.SIGNED_IN, client=client)
    browsers.note_browser(user=user, client=client)
