"""What happens on each visit of someone who has signed in."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts import sessions

type GetResponse = Callable[[HttpRequest], HttpResponse]


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
            elif sessions.is_activity_due(session=request.session):
                UserSession.objects.create_from_request(request)
        return self.get_response(request)


class PreferencesMiddleware:
    """Show pages in each person's own time zone and language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        try:
            zone = ZoneInfo(request.user.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            # A zone that the operating system has dropped since it was chosen.
            zone = ZoneInfo("UTC")
        with timezone.override(zone), translation.override(request.user.language):
            return self.get_response(request)
