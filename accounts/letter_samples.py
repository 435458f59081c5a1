"""Each letter of accounts with made-up values: how it looks, for those who write the words."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts import mail
from accounts.clients import Client
from accounts.models import RecoveryRequest, User
from accounts.second_factor.sent_codes import text_of
from notifications.looks import Look

ADDRESS = "rosa@example.com"
CODE = "493027"
HERE = Client(ip="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0")
# What links end in, where there is a secret.
SECRET = "a-secret-of-this-letter-alone"  # noqa: S105  (made up)
# Each with the page that its link leads to, and under which name.
LINKED = {
    "email_confirmation": "activate_url",
    "email_confirmation_signup": "activate_url",
    "forced_reset": "link",
    "invitation": "link",
    "password_reset_key": "password_reset_url",
}
PLAIN = ("account_already_exists", "account_deleted", "sent_code", "unknown_account")
STEPS = ("asked", "approved", "refused", "done")


def _written(name: str, template: str, context: Callable[[], Mapping[str, Any]]) -> Look:
    language = settings.LANGUAGE_CODE
    words = mail.words_of(
        template=f"account/email/{template}", to=ADDRESS, context=context(), language=language
    )
    sms = text_of(code=CODE, language=language) if template == "sent_code" else ""
    return Look(name=name, title=words.subject, text=words.text, html=words.html, sms=sms)


def _person() -> User:
    return User(username="rosa", display_name="Rosa Keller", email=ADDRESS)


def _common() -> dict[str, Any]:
    return {"user": _person(), "code": CODE, "client": HERE}


def _linked(under: str) -> dict[str, Any]:
    return {**_common(), under: f"{settings.SITE_URL}/account/{SECRET}/"}


def _recovery(step: str) -> dict[str, Any]:
    now = timezone.now()
    asked = RecoveryRequest(
        asked_at=now, due_at=now + timedelta(days=1), ip=HERE.ip, user_agent=HERE.user_agent
    )
    stop = step in {"asked", "approved"}
    link = mail.absolute_url("accounts:recovery_cancel", SECRET) if stop else ""
    return {"user": _person(), "step": step, "link": link, "request_": asked}


def _samples() -> dict[str, Callable[[], Look]]:
    contexts: list[tuple[str, str, Callable[[], Mapping[str, Any]]]] = [
        *((name, name, _common) for name in PLAIN),
        *((name, name, partial(_linked, under)) for name, under in LINKED.items()),
        *((f"recovery_{step}", "recovery", partial(_recovery, step)) for step in STEPS),
    ]
    # Some kinds of event have the same names.
    return {
        f"letter_{name}": partial(_written, f"letter_{name}", template, context)
        for name, template, context in sorted(contexts)
    }


SAMPLES = _samples()
