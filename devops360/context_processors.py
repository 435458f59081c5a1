"""What every template may use."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest  # noqa: TID251  (a type, in the shape Django asks for)
from django.urls import reverse
from django.utils.translation import get_language

from accounts.languages import script_digest
from notifications.inbox import unread_count


def site(request: HttpRequest) -> dict[str, str]:
    language = get_language() or settings.LANGUAGE_CODE
    digest = script_digest(language)
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        # What scripts say: "" where they say what is written in them.
        "words_url": reverse("accounts:words", args=[language, digest]) if digest else "",
    }


def bell(request: HttpRequest) -> dict[str, Callable[[], int] | bool]:
    """Whether the gate let somebody in, and how many notifications they have not read.

    The number is asked for only by pages that show the bell.
    """
    user = request.user
    return {
        "is_let_in": getattr(request, "is_let_in", False),
        "unread_notifications": lambda: unread_count(user) if user.is_authenticated else 0,
    }
