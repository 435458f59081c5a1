"""The request of someone who has signed in, as far as files need to know the person."""

from allauth.account.adapter import get_adapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

USER_AGENT_LENGTH = 200


class AuthenticatedRequest(HttpRequest):
    """What views take: LoginRequiredMiddleware lets nobody else through."""

    # Of settings.AUTH_USER_MODEL: files does not know the class, and need not.
    user: AbstractBaseUser  # type: ignore[assignment]
    htmx: HtmxDetails


def address_of(request: HttpRequest) -> str | None:
    """Return the client's own address, behind TRUSTED_PROXIES proxies; None where there is none."""
    ip: str | None = get_adapter().get_client_ip(request)
    return ip or None


def user_agent_of(request: HttpRequest) -> str:
    agent = request.META.get("HTTP_USER_AGENT", "")
    return "".join(letter for letter in agent if letter.isprintable())[:USER_AGENT_LENGTH]
