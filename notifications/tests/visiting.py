"""Browsers of people who are signed in, without the pages in between."""

import time
from typing import Any

from django.test import Client


def sign_in(client: Client, user: Any, *, confirmed: bool = True) -> Client:
    """Sign in; `confirmed`: as if the password had been given just now."""
    client.force_login(user)
    if confirmed:
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "mfa", "at": time.time(), "reauthenticated": True}
        ]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client
