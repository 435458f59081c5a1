"""The kinds of second factor there are. To add one: a django-otp device, and a line in KINDS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from accounts.models import EmailCode, PhoneCode, RecoveryCodes, User

type AnyDevice = Any


@dataclass(frozen=True)
class Kind:
    slug: str
    title: Any
    icon: str
    model: type[Model]
    # Strong enough to confirm sensitive steps by: nothing that travels by mail or SMS is.
    strong: bool = True
    # Recovery codes help out when a factor is lost; alone they are none.
    counts: bool = True
    enabled: Callable[[], bool] = lambda: True


KINDS = {
    kind.slug: kind
    for kind in (
        Kind("passkey", _("Passkey"), "fingerprint", WebAuthnCredential),
        Kind("app", _("Authenticator app"), "phone", TOTPDevice),
        Kind(
            "sms",
            _("Code by SMS"),
            "message",
            PhoneCode,
            strong=False,
            enabled=lambda: settings.SECOND_FACTOR_SMS,
        ),
        Kind(
            "email",
            _("Code by e-mail"),
            "mail",
            EmailCode,
            strong=False,
            enabled=lambda: settings.SECOND_FACTOR_EMAIL,
        ),
        Kind("recovery", _("Recovery code"), "key", RecoveryCodes, counts=False),
    )
}


def kind_of(device: Device) -> Kind:
    return next(kind for kind in KINDS.values() if isinstance(device, kind.model))


def enabled_kinds() -> list[Kind]:
    return [kind for kind in KINDS.values() if kind.enabled()]


def factors_of(user: User) -> Iterator[AnyDevice]:
    """Yield the person's confirmed factors of the kinds that are switched on, the best first."""
    for kind in enabled_kinds():
        devices: Any = kind.model
        yield from devices.objects.filter(user=user, confirmed=True).order_by("pk")


def find_factor(user: User, persistent_id: str) -> AnyDevice | None:
    """Return the person's own confirmed factor of that id; None for anything else."""
    return next((found for found in factors_of(user) if found.persistent_id == persistent_id), None)
