"""Is it from Amazon, of a topic of ours, and of now?

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import binascii
from datetime import timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.utils import timezone

from notifications.inbound.certificates import certificate_at
from notifications.inbound.envelope import Envelope
from notifications.inbound.errors import NotFromSnsError

# SignatureVersion 1 is SHA-1: weak against collisions, which a forger of what Amazon composes
# and signs does not profit from; topics made by default still use it.
HASHES: dict[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303
# SNS tries again for an hour at most by itself; `Timestamp` stays that of the first try.
OLDEST = timedelta(minutes=75)
# A clock that is wrong.
NEWEST = timedelta(minutes=5)


def check(envelope: Envelope) -> None:
    """Raise NotFromSnsError unless every word of the message is Amazon's, to us, and of now.

    Cheap things first: for a stranger's post nothing is fetched.
    """
    if envelope.topic not in settings.SNS_INBOUND_TOPICS:
        raise NotFromSnsError("a topic that is none of ours")
    age = timezone.now() - envelope.sent_at
    if not -NEWEST <= age <= OLDEST:
        raise NotFromSnsError("too old, or of tomorrow")
    algorithm = HASHES.get(envelope.signature_version)
    if algorithm is None:
        raise NotFromSnsError("unknown SignatureVersion")
    try:
        signature = base64.b64decode(envelope.signature, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotFromSnsError("no signature") from error
    certificate = certificate_at(envelope.certificate_url, region=envelope.region)
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)  # noqa: S101  (certificate_at returns no other)
    try:
        key.verify(signature, envelope.signed_text, padding.PKCS1v15(), algorithm)
    except InvalidSignature as error:
        raise NotFromSnsError("a wrong signature") from error
