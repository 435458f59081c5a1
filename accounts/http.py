"""The request of someone who has signed in, and what it tells of where it came from."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest

from accounts.clients import USER_AGENT_LENGTH, Client
from accounts.models import User
from accounts.secret_digest import digest_of


class AuthenticatedRequest(HttpRequest):
    """What views take: the gate lets nobody else through."""

    user: User


def client_of(request: HttpRequest) -> Client:
    """Return the client's own address, behind TRUSTED_PROXIES proxies, and its browser."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    printable = "".join(letter for letter in agent if letter.isprintable())
    cookie = request.COOKIES.get(settings.BROWSER_COOKIE_NAME, "")
    return Client(
        ip=get_adapter().get_client_ip(request),
        user_agent=printable[:USER_AGENT_LENGTH],
        browser=digest_of(cookie) if cookie else "",
    )
