"""Second factors for tests, and the codes that they show."""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User


def make_app(user: User, name: str = "Phone") -> TOTPDevice:
    device: TOTPDevice = TOTPDevice.objects.create(user=user, name=name, confirmed=True)
    return device


def code_of(device: TOTPDevice, *, steps: int = 0) -> str:
    """Return what the app shows now, or so many steps of 30 s from now."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    totp.time = time.time() + steps * device.step
    return f"{totp.token():06d}"
