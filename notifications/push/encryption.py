"""Messages that only the browser can read: RFC 8291 over RFC 8188 (aes128gcm), one record.

pywebpush would bring aiohttp, requests and two libraries without wheels for what is one function;
RFC 8291's own example is among the tests. docs/decisions/0022.
"""

import base64
import binascii
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_SIZE = 4096
# RFC 8030, 7.2: a push service takes 4096 bytes at least. Header 86, tag 16, delimiter 1.
MAX_PLAINTEXT = RECORD_SIZE - 86 - 16 - 1
AUTH_BYTES = 16
SALT_BYTES = 16
# RFC 8188, 2: the padding delimiter of the last record.
LAST_RECORD = b"\x02"


class BadKeysError(Exception):
    """What a browser handed over are no keys."""


def decode(text: str) -> bytes:
    """Return the bytes of base64url without padding. Raises BadKeysError."""
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadKeysError("not base64url") from error


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def read_keys(p256dh: str, auth: str) -> tuple[ec.EllipticCurvePublicKey, bytes]:
    """Return the browser's public key and secret. Raises BadKeysError."""
    secret = decode(auth)
    if len(secret) != AUTH_BYTES:
        raise BadKeysError("the secret has not 16 bytes")
    try:
        # Refuses points that are not on the curve.
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(p256dh))
    except ValueError as error:
        raise BadKeysError("no point of P-256") from error
    return key, secret


def encrypt(
    plaintext: bytes,
    *,
    p256dh: str,
    auth: str,
    private_key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the body to post, `Content-Encoding: aes128gcm`. Raises BadKeysError.

    Key and salt are given by tests alone: they must never be used twice.
    """
    if len(plaintext) > MAX_PLAINTEXT:
        raise ValueError(f"more than {MAX_PLAINTEXT} bytes")
    theirs, secret = read_keys(p256dh, auth)
    ours = private_key or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(SALT_BYTES)
    our_point, their_point = _point(ours.public_key()), _point(theirs)
    # RFC 8291, 3.4: first the two keys and the secret become one key, then RFC 8188 takes over.
    about = b"WebPush: info\x00" + their_point + our_point
    shared = _hkdf(ours.exchange(ec.ECDH(), theirs), salt=secret, info=about, length=32)
    key = _hkdf(shared, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
    nonce = _hkdf(shared, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)
    header = salt + RECORD_SIZE.to_bytes(4) + len(our_point).to_bytes(1) + our_point
    return header + AESGCM(key).encrypt(nonce, plaintext + LAST_RECORD, None)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _hkdf(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=salt, info=info).derive(secret)
