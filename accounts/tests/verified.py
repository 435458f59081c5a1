"""Signed in by both factors, without the pages in between."""

from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User


def sign_in_verified(client: Client, user: User) -> TOTPDevice:
    """Sign the person in on the client, with an app that was shown; return the app."""
    device: TOTPDevice
    device, _ = TOTPDevice.objects.get_or_create(user=user, name="Phone", confirmed=True)
    client.force_login(user)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return device
