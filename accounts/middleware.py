"""Show pages in each person's own time zone and language."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class PreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
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
