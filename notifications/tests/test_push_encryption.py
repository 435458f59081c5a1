"""What push services carry: RFC 8291's own example, and a browser of ours that reads it."""

import json
import time
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.push import vapid
from notifications.push.encryption import MAX_PLAINTEXT, BadKeysError, decode, encrypt
from notifications.tests.browser import Browser, read_token

# RFC 8291, 5, and the values of its appendix A.
PLAINTEXT = b"When I grow up, I want to be a watermelon"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
BROWSER_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
MESSAGE = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6T"
    "lzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4"
    "a-fN"
)
KEY = "Dt1CLgQlkiaA-tmCkATyKZeoF1-Gtw1-gdEP6pOCqj4"


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode(text)), ec.SECP256R1())


def test_the_example_of_rfc_8291() -> None:
    sent = encrypt(
        PLAINTEXT,
        p256dh=BROWSER_PUBLIC,
        auth=AUTH,
        private_key=private_key(SENDER_PRIVATE),
        salt=decode(SALT),
    )
    assert sent == decode(MESSAGE)


@pytest.mark.parametrize("length", [0, 1, 1000, MAX_PLAINTEXT])
def test_a_browser_reads_it(length: int) -> None:
    browser = Browser()
    sent = encrypt(b"x" * length, p256dh=browser.p256dh, auth=browser.auth)
    assert len(sent) <= 4096
    assert browser.read(sent) == b"x" * length


def test_nobody_else_reads_it() -> None:
    browser, other = Browser(), Browser()
    sent = encrypt(b"secret", p256dh=browser.p256dh, auth=browser.auth)
    assert b"secret" not in sent
    with pytest.raises(InvalidTag):
        other.read(sent)
    with pytest.raises(InvalidTag):
        browser.read(sent[:-1] + bytes([sent[-1] ^ 1]))


def test_no_two_messages_are_alike() -> None:
    browser = Browser()
    one, two = (encrypt(b"x", p256dh=browser.p256dh, auth=browser.auth) for _ in range(2))
    assert one[:16] != two[:16]
    assert one[21:86] != two[21:86]


def test_what_does_not_fit_is_not_cut_silently() -> None:
    browser = Browser()
    with pytest.raises(ValueError, match="bytes"):
        encrypt(b"x" * (MAX_PLAINTEXT + 1), p256dh=browser.p256dh, auth=browser.auth)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", AUTH),
        (BROWSER_PUBLIC, ""),
        (BROWSER_PUBLIC, "AAAA"),
        (BROWSER_PUBLIC[:-4] + "AAAA", AUTH),
        ("BA" + "A" * 85, AUTH),
        ("ü", AUTH),
        (BROWSER_PUBLIC, "ü"),
    ],
)
def test_what_are_no_keys(p256dh: str, auth: str) -> None:
    with pytest.raises(BadKeysError):
        encrypt(b"x", p256dh=p256dh, auth=auth)


def test_the_token_says_who_we_are_to_that_service_alone(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY, settings.VAPID_CONTACT = KEY, "mailto:ops@example.com"
    now = time.time()
    header = vapid.authorization_for("https://push.example:8443/send/abc?x=1", now=now)
    claims, key = read_token(header)
    assert key == vapid.public_key()
    assert claims["aud"] == "https://push.example:8443"
    assert claims["sub"] == "mailto:ops@example.com"
    assert 0 < claims["exp"] - now <= 24 * 3600


def test_the_public_key_is_that_of_the_private_one(settings: Any) -> None:
    settings.VAPID_PRIVATE_KEY = SENDER_PRIVATE
    point = private_key(SENDER_PRIVATE).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert decode(vapid.public_key()) == raw


@pytest.mark.parametrize("text", ["", "AAAA", "not a key", "A" * 43, json.dumps({})])
def test_what_is_no_private_key(text: str) -> None:
    assert not vapid.is_readable(text)
