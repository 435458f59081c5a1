"""Who we are, to push services: RFC 8292, a token signed with the site's own key."""

import json
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from notifications.push.encryption import BadKeysError, decode, encode

# RFC 8292, 2: at most a day.
TOKEN_SECONDS = 12 * 3600
KEY_BYTES = 32


def is_configured() -> bool:
    return bool(settings.VAPID_PRIVATE_KEY)


def is_readable(text: str) -> bool:
    """Tell whether a text is a private key: 32 bytes in base64url, as `web-push` tools make it."""
    try:
        _read(text)
    except (BadKeysError, ValueError):
        return False
    return True


def public_key() -> str:
    """Return the key that browsers subscribe with (`applicationServerKey`), in base64url."""
    return encode(_point_of(settings.VAPID_PRIVATE_KEY))


def authorization_for(endpoint: str, *, now: float) -> str:
    """Return the `Authorization` header for one push service's address."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(now) + TOKEN_SECONDS,
        # Whom the push service may write to when something goes wrong.
        "sub": settings.VAPID_CONTACT,
    }
    head = encode(b'{"typ":"JWT","alg":"ES256"}')
    signed = f"{head}.{encode(json.dumps(claims, separators=(',', ':')).encode())}"
    signature = _read(settings.VAPID_PRIVATE_KEY).sign(signed.encode(), ec.ECDSA(SHA256()))
    # RFC 7518, 3.4: the two numbers side by side, not in ASN.1.
    r, s = decode_dss_signature(signature)
    token = f"{signed}.{encode(r.to_bytes(KEY_BYTES) + s.to_bytes(KEY_BYTES))}"
    return f"vapid t={token}, k={public_key()}"


@cache
def _read(text: str) -> ec.EllipticCurvePrivateKey:
    raw = decode(text)
    if len(raw) != KEY_BYTES:
        raise BadKeysError("the key has not 32 bytes")
    return ec.derive_private_key(int.from_bytes(raw), ec.SECP256R1())


@cache
def _point_of(text: str) -> bytes:
    return _read(text).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
