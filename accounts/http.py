"""The request of someone who has signed in."""

from django.http import HttpRequest

from accounts.models import User


class AuthenticatedRequest(HttpRequest):
    """What views take: LoginRequiredMiddleware lets nobody else through."""

    user: User
