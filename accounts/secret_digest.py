"""How secrets that people hold are kept: as digests that nothing can be read back from."""

import hashlib
import hmac

from django.conf import settings


def digest_of(secret: str) -> str:
    """Return the SHA-256 digest, in hex, of a random secret of 112 bits or more.

    A slow hash adds nothing where there is too much to guess (ASVS 5.0, 11.4.2 speaks of
    passwords). Not for short codes: see `keyed_digest_of`.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_digest_of(secret: str, *, purpose: str) -> str:
    """Return an HMAC-SHA256, in hex, of a short secret, so that a copy of the database alone
    does not tell the code by trying a million of them."""
    key = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()
