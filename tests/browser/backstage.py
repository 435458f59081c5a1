"""Makes people in the site's own database, for browser tests.

Runs beside the site, under the site's settings. Reads one JSON request per line, answers with one
JSON object per line: {"display_name": "Ada"} -> {"username", "email", "password", "session",
"root"}. {"kept": true} -> every name of a file and every secret of an authenticator app.
"""

import base64
import json
import random
import secrets
import sys
from typing import TypedDict

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402  (after setup)
from django.conf import settings  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django_otp import DEVICE_ID_SESSION_KEY  # noqa: E402
from django_otp.plugins.otp_totp.models import TOTPDevice  # noqa: E402

from accounts.models import User  # noqa: E402
from files.models import Node, Upload, Vault  # noqa: E402
from files.tree import root_of  # noqa: E402


class Made(TypedDict):
    username: str
    email: str
    password: str
    # The value of the session cookie, already signed in.
    session: str
    # The id of the folder that stands for the whole vault.
    root: str


def make_person(
    *,
    display_name: str = "",
    is_staff: bool = False,
    sign_in: bool = True,
    quota: int | None = None,
    language: str = "en",
) -> Made:
    """Make someone with a verified address, and sign them in as the site itself does."""
    username = f"p{secrets.token_hex(5)}"
    email, password = f"{username}@example.com", secrets.token_urlsafe(12)
    user: User = User.objects.create_user(
        username,
        email,
        password,
        display_name=display_name,
        language=language,
        is_staff=is_staff,
        is_superuser=is_staff,
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Vault.objects.create(owner=user, quota=quota)
    session = _sign_in(email, password) if sign_in else ""
    if is_staff and session:
        _show_factor(user, session)
    return {
        "username": username,
        "email": email,
        "password": password,
        "session": session,
        "root": str(root_of(user).pk),
    }


def _show_factor(user: User, key: str) -> None:
    """Staff must have a second factor: give them an app, shown in this session."""
    device = TOTPDevice.objects.create(user=user, name="Phone", confirmed=True)
    session = SessionStore(key)
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()


def _sign_in(email: str, password: str) -> str:
    # Each from an address of its own: the site limits how often one address may sign in.
    address = ".".join(["10", *(str(random.randrange(1, 255)) for _ in range(3))])
    client = Client(
        REMOTE_ADDR=address, HTTP_HOST="localhost", HTTP_USER_AGENT="Mozilla/5.0 Chrome/150.0"
    )
    answer = client.post(reverse("account_login"), {"login": email, "password": password})
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    if answer.status_code != 302 or cookie is None:
        raise RuntimeError(f"could not sign in: {answer.status_code} {answer.content[:2000]!r}")
    return cookie.value


def kept() -> list[str]:
    """Return what people call their files, and the secrets that their apps were given."""
    keys = [bytes.fromhex(key) for key in TOTPDevice.objects.values_list("key", flat=True)]
    return [
        *Node.objects.values_list("name", flat=True),
        *(name for path in Upload.objects.values_list("path", flat=True) for name in path),
        *(base64.b32encode(key).decode().rstrip("=") for key in keys),
        *(key.hex() for key in keys),
    ]


if __name__ == "__main__":
    for line in sys.stdin:
        wishes = json.loads(line)
        answer = kept() if wishes == {"kept": True} else make_person(**wishes)
        print(json.dumps(answer), flush=True)
