"""The certificates that SNS signs with.

A certificate is believed because it was fetched over TLS from Amazon's own host, that of the
topic's region, and is itself made out to SNS and in its time. SNS publishes the leaf alone; AWS's
own verifier (sns-message-manager of its Java SDK) rests on the same two: docs/decisions/0021.
"""

import datetime as dt
import re

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtensionOID, NameOID
from django.core.cache import cache
from django.utils import timezone

from notifications import safe_http
from notifications.inbound.errors import CertificateUnavailableError, NotFromSnsError

# `\Z`, not `$`: a newline at the end is not Amazon's.
PATH = re.compile(r"/SimpleNotificationService-[0-9a-f]{32,64}\.pem\Z")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}\Z")
OK = 200
KEPT_SECONDS = 24 * 3600
# A forger could make us fetch a new name with every post.
FETCHES_PER_MINUTE = 10
MINIMUM_BITS = 2048


def certificate_at(url: str, *, region: str) -> x509.Certificate:
    """Return the certificate at the address that a message of the region names.

    Raises NotFromSnsError for an address or a certificate that is not Amazon's, and
    CertificateUnavailableError where it cannot be had now.
    """
    check_url(url, region=region)
    key = f"sns-certificate:{url}"
    pem: bytes | None = cache.get(key)
    if pem is not None:
        return _read(pem, region)
    pem = fetch(url)
    certificate = _read(pem, region)
    cache.set(key, pem, KEPT_SECONDS)
    return certificate


def check_url(url: str, *, region: str) -> None:
    """Raise NotFromSnsError unless it is an address that Amazon serves SNS's certificates at."""
    host = f"sns.{region}.{_suffix_of(region)}"
    start = f"https://{host}"
    if not REGION.match(region) or not PATH.match(url.removeprefix(start)):
        raise NotFromSnsError("the certificate is not at Amazon's")


def _suffix_of(region: str) -> str:
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"


def _names_for(region: str) -> set[str]:
    """Return whom a region's certificate may be made out to.

    As `SnsHostProvider` of AWS's Java SDK has them; newer leaves have the region's host besides.
    """
    if region.startswith("us-gov-"):
        return {"sns-us-gov-west-1.amazonaws.com"}
    suffix = _suffix_of(region)
    own = {f"{name}{region}.{suffix}" for name in ("sns.", "sns-signing.", "sns-")}
    return own | {"sns.amazonaws.com"}


def fetch(url: str) -> bytes:
    """Fetch the PEM. Raises CertificateUnavailableError."""
    _count_fetch()
    try:
        answer = safe_http.send("GET", url, seconds=5)
    except safe_http.OutgoingError as error:
        raise CertificateUnavailableError(str(error)) from error
    if answer.status != OK:
        raise CertificateUnavailableError(f"status {answer.status}")
    return answer.body


def _count_fetch() -> None:
    minute = timezone.now().strftime("%H:%M")
    key = f"sns-certificate-fetches:{minute}"
    cache.add(key, 0, 120)
    if cache.incr(key) > FETCHES_PER_MINUTE:
        raise CertificateUnavailableError("too many certificates in a minute")


def _read(pem: bytes, region: str) -> x509.Certificate:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        names = _names_of(certificate)
    except (ValueError, x509.InvalidVersion) as error:
        raise NotFromSnsError("no certificate") from error
    now = dt.datetime.now(dt.UTC)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise NotFromSnsError("a certificate out of its time")
    if not _names_for(region).intersection(names):
        raise NotFromSnsError("a certificate made out to somebody else")
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < MINIMUM_BITS:
        raise NotFromSnsError("a certificate without an RSA key of 2048 bits")
    return certificate


def _names_of(certificate: x509.Certificate) -> list[str]:
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    found = [str(attribute.value) for attribute in common]
    try:
        extension = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        )
    except x509.ExtensionNotFound:
        return found
    alternatives = extension.value
    if isinstance(alternatives, x509.SubjectAlternativeName):
        found += alternatives.get_values_for_type(x509.DNSName)
    return found
