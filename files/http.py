"""The request of someone who has signed in, as far as files need to know the person."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class AuthenticatedRequest(HttpRequest):
    """What views take: LoginRequiredMiddleware lets nobody else through."""

    # Of settings.AUTH_USER_MODEL: files does not know the class, and need not.
    user: AbstractBaseUser  # type: ignore[assignment]
    htmx: HtmxDetails
