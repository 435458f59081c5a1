"""Against whom wrong codes are counted."""

from accounts import browsers
from accounts.clients import Client
from accounts.models import User


def guess_subject(*, user: User, client: Client) -> str:
    """Return under what guesses are counted: a stranger's are not held against a known browser."""
    browser = browsers.known_browser(user=user, client=client)
    return f"{user.pk}:{browser.pk if browser else ''}"
