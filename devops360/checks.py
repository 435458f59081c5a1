"""System checks of the project's configuration. `manage.py check --deploy` runs them all."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from accounts import places
from devops360.environment import TASK_BACKENDS

MINIMUM_SECRET_KEY_LENGTH = 50
# Engines of tasks that have no queue.
INLINE = {TASK_BACKENDS["immediate"], TASK_BACKENDS["dummy"]}


@register(Tags.security)
def check_geoip(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    path = settings.GEOIP_DATABASE
    if not path or places.is_readable(path):
        return []
    hint = "Name a file in MaxMind's format that this user may read, or leave it empty."
    return [Error(f"GEOIP_DATABASE cannot be read: {path}", hint=hint, id="devops360.E005")]


@register(Tags.security, deploy=True)
def check_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Return what must not be so on a site that others reach."""
    found: list[CheckMessage] = []
    if not settings.PRODUCTION:
        found.append(
            Warning(
                "ENVIRONMENT is not production.",
                hint="Set ENVIRONMENT=production.",
                id="devops360.W001",
            )
        )
    if not settings.HTTPS:
        found.append(
            Error(
                "SITE_URL is not https: cookies and passwords would travel in the clear.",
                hint="Set SITE_URL=https://…",
                id="devops360.E001",
            )
        )
    if len(settings.SECRET_KEY) < MINIMUM_SECRET_KEY_LENGTH:
        found.append(Error("SECRET_KEY is shorter than 50 characters.", id="devops360.E002"))
    if not str(settings.MAILERS["default"]["BACKEND"]).endswith("smtp.EmailBackend"):
        found.append(
            Error(
                "E-mail is printed or kept, not sent, so nobody can verify an address.",
                hint="Set EMAIL_URL, such as smtp+tls://user:password@host:587.",
                id="devops360.E003",
            )
        )
    if str(settings.TASKS["default"]["BACKEND"]) in INLINE:
        found.append(
            Error(
                "Background tasks are run by the request that asks for them, or never.",
                hint="Set TASKS_BACKEND=database, or that of a queue with workers.",
                id="devops360.E006",
            )
        )
    if settings.SECOND_FACTOR_SMS and settings.SMS_URL != "sns:":
        found.append(
            Error(
                "SECOND_FACTOR_SMS is on, but text messages are not sent.",
                hint="Set SMS_URL=sns:, or SECOND_FACTOR_SMS=0.",
                id="devops360.E004",
            )
        )
    return found
