"""The demo account, with a password that no other machine has."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts.models import User
from devops360.demo.content import add_demo_files

EMAIL = "demo@example.com"
# Without letters and digits that look alike.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class DemoAccount:
    email: str
    # One line that says how to sign in.
    advice: str


def ensure_demo_account() -> DemoAccount:
    """Make the account and its files on the first call; say how to sign in on every call.

    An account that someone has deleted stays deleted.
    """
    user = User.objects.filter(email=EMAIL).first()
    known = _password_file().exists()
    if user is None and known:
        return DemoAccount(EMAIL, "The demo account has been deleted. Register one of your own.")
    password = _kept_password()
    if user is None:
        user = create_demo_account(password=password)
        add_demo_files(owner=user)
    if not user.check_password(password):
        return DemoAccount(EMAIL, f"Sign in as {EMAIL} with the password that you have chosen.")
    return DemoAccount(EMAIL, f"Sign in as {EMAIL} with the password {password}")


@transaction.atomic
def create_demo_account(*, password: str) -> User:
    """Make the account with a verified address. Raises IntegrityError if it is there already."""
    user: User = User.objects.create_user("demo", EMAIL, password, display_name="Demo")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def _password_file() -> Path:
    return settings.STATE_DIR / "demo-password"


def _kept_password() -> str:
    path = _password_file()
    if not path.exists():
        words = ("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
        path.touch(mode=0o600)
        path.write_text("-".join(words), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
