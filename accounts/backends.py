"""Who may sign in."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class AccountBackend(AuthenticationBackend):
    """allauth's backend, with exactly one password check per attempt.

    allauth tries an e-mail address first as a user name, then as an address: two slow hashes for
    an address that is known, one for any other, which a stopwatch tells apart.
    """

    def _authenticate(self, request: Any, **credentials: Any) -> User | None:
        login = str(credentials.get("email") or credentials.get("username") or "")
        person = User.objects.with_login(login).first()
        # Without a person the caller hashes the password once, for nothing but the time it takes.
        found = self._check_password(person, credentials["password"])
        return person if found else None

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse, in sessions too, the deactivated and those whose password must be reset."""
        return bool(super().user_can_authenticate(user)) and not user.must_reset_password
