"""Checking codes: limited, single-use, written down (ASVS 5.0: 6.5.1, 6.6.3)."""

import django_otp
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import history, limits, notices
from accounts.clients import Client
from accounts.errors import CodeRefusedError
from accounts.models import SecurityEvent, User
from accounts.second_factor.guesses import guess_subject
from accounts.second_factor.kinds import AnyDevice, find_factor, kind_of
from accounts.second_factor.recovery_codes import FEW, codes_left

MAX_CODE_LENGTH = 64


def verify_code(*, user: User, device_id: str, code: str, client: Client) -> AnyDevice:
    """Spend a code and return the factor that made it.

    Raises CodeRefusedError, or TooManyAttemptsError without having looked at the code. Of many who
    try the same code at once one gets the factor: `verify_token()` holds the device's row.
    """
    subject = guess_subject(user=user, client=client)
    limits.count_attempt(limits.CODE, subject)
    own = find_factor(user, device_id)
    code = code.strip()
    device = None
    if own is not None and 0 < len(code) <= MAX_CODE_LENGTH and "\0" not in code:
        typed = code if kind_of(own).slug == "recovery" else "".join(code.split())
        device = django_otp.verify_token(user, device_id, typed)
    if device is None:
        history.record(user=user, kind=SecurityEvent.Kind.CODE_REFUSED, client=client)
        _tell_of_guessing(user, subject, client)
        raise CodeRefusedError(_("This code is not right, or was used before. Try the next one."))
    limits.forgive_all(limits.CODE, subject)
    if kind_of(device).slug == "recovery":
        _note_spent_code(user, client)
    return device


@transaction.atomic
def _note_spent_code(user: User, client: Client) -> None:
    history.record(user=user, kind=SecurityEvent.Kind.CODE_SPENT, client=client)
    left = codes_left(user) or 0
    if left <= FEW:
        page = "accounts:recovery_codes"
        notices.tell(kind="codes_low", user=user, client=client, page=page, left=left)


def _tell_of_guessing(user: User, subject: str, client: Client) -> None:
    """Tell the person, once a round: whoever guesses codes knows the password."""
    if limits.failures(limits.CODE, subject) == limits.CODE.free:
        page = "account_reset_password"
        notices.tell(kind="codes_guessed", user=user, client=client, page=page)
