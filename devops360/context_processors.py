"""What every template may use."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest  # noqa: TID251  (a type, in the shape Django asks for)

from notifications.inbox import unread_count


def site(request: HttpRequest) -> dict[str, str]:
    return {"SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL}


def bell(request: HttpRequest) -> dict[str, Callable[[], int] | bool]:
    """Whether the gate let somebody in, and how many notifications they have not read.

    The number is asked for only by pages that show the bell.
    """
    user = request.user
    return {
        "is_let_in": getattr(request, "is_let_in", False),
        "unread_notifications": lambda: unread_count(user) if user.is_authenticated else 0,
    }
