"""What happens on each visit of someone who has signed in."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts import arrival, sessions

OFFERED = {code for code, _name in settings.LANGUAGES}

type GetResponse = Callable[[HttpRequest], HttpResponse]


def is_by_hand(request: HttpRequest) -> bool:
    """Tell whether somebody did something: what an open page asks by itself keeps no session alive.

    Whoever sends the header by hand only lets a session of their own end earlier.
    """
    return "X-Background" not in request.headers


class SessionActivityMiddleware:
    """Keep the list of a person's sessions, and end those that have lived too long.

    allauth's own middleware writes to the database at every request.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if sessions.is_too_old(session=request.session):
                logout(request)
            elif is_by_hand(request) and sessions.is_activity_due(session=request.session):
                UserSession.objects.create_from_request(request)
        response = self.get_response(request)
        arrival.set_browser_cookie(request, response)
        return response


class PreferencesMiddleware:
    """Show pages in each person's own time zone and language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        language = user.language if user.language in OFFERED else settings.LANGUAGE_CODE
        with timezone.override(user.zone), translation.override(language):
            response = self.get_response(request)
        # LocaleMiddleware, around us, would name the browser's.
        response.headers.setdefault("Content-Language", language)
        return response
