"""Passkeys."""

from accounts.errors import CodeRefusedError
from accounts.http import AuthenticatedRequest
from accounts.second_factor.kinds import AnyDevice


def check_posted_passkey(request: AuthenticatedRequest) -> AnyDevice:
    raise CodeRefusedError("Passkeys cannot be checked yet.")
