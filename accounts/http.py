"""The request of someone who has signed in, and what it tells of where it came from."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from accounts.clients import USER_AGENT_LENGTH, Client
from accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """What views take: the gate lets nobody else through."""

    user: User


def client_of(request: HttpRequest) -> Client:
    """Return the client's own address, behind TRUSTED_PROXIES proxies, and its browser."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    printable = "".join(letter for letter in agent if letter.isprintable())
    return Client(ip=get_adapter().get_client_ip(request), user_agent=printable[:USER_AGENT_LENGTH])
