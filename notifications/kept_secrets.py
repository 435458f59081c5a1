"""Secrets that must be read again, such as a webhook's key: encrypted where they are kept.

A copy of the database alone does not tell them. The key comes from SECRET_KEY; what was sealed
under one of SECRET_KEY_FALLBACKS can still be read, so keys can be exchanged.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableSecretError(Exception):
    """Sealed under a SECRET_KEY that is gone, or changed in the database."""


def seal(secret: str, *, purpose: str) -> str:
    """Encrypt a secret; what is sealed for one purpose is unreadable for every other."""
    return _keys(purpose).encrypt(secret.encode()).decode("ascii")


def unseal(sealed: str, *, purpose: str) -> str:
    """Return the secret. Raises UnreadableSecretError."""
    try:
        return _keys(purpose).decrypt(sealed).decode()
    except InvalidToken as error:
        raise UnreadableSecretError("Sealed under a SECRET_KEY that is not known here.") from error


def _keys(purpose: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derive(secret, purpose)) for secret in secrets])


def _derive(secret: str, purpose: str) -> bytes:
    # RFC 5869. SECRET_KEY is long and random, so nothing slow is needed.
    key = HKDF(SHA256(), length=32, salt=None, info=f"devops360:{purpose}".encode())
    return base64.urlsafe_b64encode(key.derive(secret.encode()))
