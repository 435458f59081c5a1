"""A browser's end of Web Push, written from the receiver's side of RFC 8291 and RFC 8292."""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.push.encryption import decode, encode


def _extract_and_expand(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 for up to one block, by hand: not by the function that is being tested."""
    extracted = hmac.new(salt, secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:length]


class Browser:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def p256dh(self) -> str:
        return encode(self.point)

    @property
    def auth(self) -> str:
        return encode(self.secret)

    def read(self, body: bytes) -> bytes:
        """Decrypt what a push service delivered. Raises InvalidTag."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender_point, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= size
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point)
        agreed = self.key.exchange(ec.ECDH(), sender)
        about = b"WebPush: info\x00" + self.point + sender_point
        shared = _extract_and_expand(self.secret, agreed, about, 32)
        key = _extract_and_expand(salt, shared, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _extract_and_expand(salt, shared, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00")
        assert padded[-1:] == b"\x02"
        return padded[:-1]


def read_token(header: str) -> tuple[dict[str, Any], str]:
    """Check `vapid t=…, k=…` as a push service does; return the claims and the key."""
    scheme, _, rest = header.partition(" ")
    assert scheme == "vapid"
    fields = dict(part.strip().split("=", 1) for part in rest.split(","))
    head, claims, signature = fields["t"].split(".")
    assert json.loads(decode(head)) == {"typ": "JWT", "alg": "ES256"}
    raw = decode(signature)
    both = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(fields["k"]))
    key.verify(both, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    return json.loads(decode(claims)), fields["k"]
