"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest  # noqa: TID251  (a type, in the shape Django asks for)


def site(request: HttpRequest) -> dict[str, str]:
    return {"SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL}
