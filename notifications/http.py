"""The request of someone who has signed in: the gate lets nobody else through."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class PersonRequest(HttpRequest):
    user: AbstractBaseUser  # type: ignore[assignment]
