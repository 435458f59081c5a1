"""Steps that someone at an unlocked screen must not take: they ask for the password again."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required as allauth_decorator


def reauthentication_required[View: Callable[..., Any]](view: View) -> View:
    """Ask for the password unless it was given within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds."""
    guarded: View = allauth_decorator(view, app="allauth.account")
    return guarded
