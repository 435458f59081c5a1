"""Recovery codes: for the day when every other factor is lost (ASVS 5.0, 6.5.2)."""

import secrets

from django.db import transaction

from accounts import history
from accounts.clients import Client
from accounts.models import RecoveryCode, RecoveryCodes, SecurityEvent, User
from accounts.models.factors import plain_recovery_code
from accounts.second_factor import changes
from accounts.secret_digest import digest_of

# Crockford's base 32: 24 letters are 120 bits, and none is taken for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_LENGTH = 6, 4
HOW_MANY = 10
FEW = 3


def _new_code() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


@transaction.atomic
def make_codes(*, user: User, client: Client) -> list[str]:
    """Make a new set, which replaces the old one; return the codes, which are kept nowhere."""
    User.objects.select_for_update().get(pk=user.pk)
    RecoveryCodes.objects.filter(user=user).delete()
    device = RecoveryCodes.objects.create(user=user, name="Recovery codes")
    codes = [_new_code() for _ in range(HOW_MANY)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(device=device, digest=digest_of(plain_recovery_code(code))) for code in codes
    )
    kind = SecurityEvent.Kind.CODES_MADE
    history.record(user=user, kind=kind, client=client)
    changes.tell_of_change(user=user, event=kind, detail="", client=client)
    return codes


def codes_left(user: User) -> int | None:
    """Return how many codes are unused; None for someone who never made any."""
    device = RecoveryCodes.objects.filter(user=user).first()
    return device.codes.filter(used_at=None).count() if device else None
