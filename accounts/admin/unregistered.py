"""Models of libraries that have no place in the admin.

Changing an address, or marking it verified, and then resetting the password would be a way into
somebody's files; django-otp's pages show the keys of people's apps, with a QR code to scan.
"""

from importlib import import_module

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnAttestation, WebAuthnCredential

# They register their models as their admin modules are imported, which would be after this one.
for name in (
    "allauth.account.admin",
    "allauth.usersessions.admin",
    "django_otp.plugins.otp_totp.admin",
    "django_otp_webauthn.admin",
):
    import_module(name)
for model in (EmailAddress, UserSession, TOTPDevice, WebAuthnAttestation, WebAuthnCredential):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
