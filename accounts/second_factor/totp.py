"""Authenticator apps: RFC 6238, 30 s steps, 6 digits."""

from base64 import b32encode, b64encode
from io import BytesIO

import django_otp
import segno
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import limits
from accounts.clients import Client
from accounts.errors import CodeRefusedError
from accounts.models import User
from accounts.second_factor import changes


def begin_app(*, user: User) -> TOTPDevice:
    """Return the app that the person is about to add: always the same until it is confirmed.

    One that is not confirmed opens nothing.
    """
    device: TOTPDevice | None = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    if device is None:
        device = TOTPDevice.objects.create(user=user, confirmed=False, name="")
    return device


def typed_key(device: TOTPDevice) -> str:
    """Return the key for those who cannot scan: base 32 in groups of four."""
    key = b32encode(device.bin_key).decode()
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def qr_code(device: TOTPDevice) -> str:
    """Return the QR code as an SVG in a data URL, black on white also in the dark."""
    out = BytesIO()
    code = segno.make(device.config_url, error="m")
    code.save(out, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False)
    return f"data:image/svg+xml;base64,{b64encode(out.getvalue()).decode()}"


def confirm_app(*, user: User, code: str, name: str, client: Client) -> TOTPDevice:
    """Add the app once it has shown a right code.

    Raises CodeRefusedError, TooManyAttemptsError or FactorError.
    """
    limits.count_attempt(limits.CODE, f"enrol:{user.pk}")
    device = begin_app(user=user)
    with transaction.atomic():
        changes.refuse_too_many(user)
        typed = "".join(code.split())[:16]
        confirmed: TOTPDevice | None = django_otp.verify_token(user, device.persistent_id, typed)
        # Read again under the lock: of two who confirm at once, one adds the app.
        if confirmed is not None and not confirmed.confirmed:
            confirmed.confirmed = True
            confirmed.name = changes.free_name(user, name.strip() or "Authenticator app")
            confirmed.save(update_fields=["confirmed", "name"])
            changes.factor_added(device=confirmed, client=client)
            limits.forgive_all(limits.CODE, f"enrol:{user.pk}")
            return confirmed
    raise CodeRefusedError(_("This code is not right. Wait for the next one, and check the clock."))
