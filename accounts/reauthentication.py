"""Steps that someone at an unlocked screen must not take: they ask who is there once more."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import reauthentication_required as allauth_decorator

from accounts.models import User
from accounts.second_factor.kinds import factors_of, kind_of


def reauthentication_required[View: Callable[..., Any]](view: View) -> View:
    """Ask to confirm unless it was done within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

    A POST that is held up goes on by itself afterwards (ASVS 5.0, 7.5.1).
    """
    guarded: View = allauth_decorator(view, app="allauth.account")
    return guarded


def confirms_by_password(user: User) -> bool:
    """Tell whether the password is enough to confirm by: only without any strong factor."""
    return not any(kind_of(device).strong and kind_of(device).counts for device in factors_of(user))
