"""The request of someone who has signed in: the gate lets nobody else through."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PersonRequest(HttpRequest):
    # Of settings.AUTH_USER_MODEL: notifications does not know the class, and need not.
    user: AbstractBaseUser  # type: ignore[assignment]
    htmx: HtmxDetails
