"""Who is believed to be SNS: real certificates and signatures, and every lie that we thought of."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from notifications import safe_http
from notifications.inbound import certificates, signature
from notifications.inbound.envelope import read_envelope
from notifications.inbound.errors import (
    CertificateUnavailableError,
    InboundError,
    NotFromSnsError,
)
from notifications.tests.amazon import TOPIC, URL, Amazon
from notifications.tests.authority import DAY, make_authority, sign_for

type Fields = dict[str, str]

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def signer() -> Any:
    return sign_for(make_authority(), "sns.amazonaws.com")


@pytest.fixture
def amazon(signer: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> Amazon:
    call_command("createcachetable", verbosity=0)
    cache.clear()
    settings.SNS_INBOUND_TOPICS = [TOPIC]
    made = Amazon(signer)
    monkeypatch.setattr(certificates, "fetch", made.fetch)
    return made


def check(fields: Fields) -> None:
    signature.check(read_envelope(json.dumps(fields).encode()))


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_amazon_signed_is_believed(amazon: Amazon, version: str) -> None:
    check(amazon.post("hello", version=version))
    check(amazon.post("hello", version=version, Subject="With a subject"))
    check(amazon.subscription())
    check(amazon.post("ünï → 😀\nnext line", version=version))


def test_the_certificate_is_fetched_once(amazon: Amazon) -> None:
    for _post in range(3):
        check(amazon.post("hello"))
    assert amazon.fetched == [URL]


@pytest.mark.parametrize(
    "field", ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
)
def test_a_changed_field_is_a_forgery(amazon: Amazon, settings: Any, field: str) -> None:
    fields = amazon.post("hello", Subject="s")
    other = {
        "Type": "SubscriptionConfirmation",
        "Timestamp": f"{timezone.now() - dt.timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}.000Z",
        "TopicArn": f"{TOPIC}2",
    }
    settings.SNS_INBOUND_TOPICS = [TOPIC, f"{TOPIC}2"]
    fields |= {"Token": "t", "SubscribeURL": "u", field: other.get(field, "changed")}
    with pytest.raises(NotFromSnsError, match="wrong signature"):
        check(fields)


def test_a_subject_taken_away_or_put_there_is_a_forgery(amazon: Amazon) -> None:
    with pytest.raises(NotFromSnsError, match="wrong signature"):
        check(amazon.post("hello") | {"Subject": "new"})
    fields = amazon.post("hello", Subject="s")
    del fields["Subject"]
    with pytest.raises(NotFromSnsError, match="wrong signature"):
        check(fields)


@pytest.mark.parametrize("version", ["", "0", "3", "1 ", "sha256"])
def test_unknown_versions_of_signatures(amazon: Amazon, version: str) -> None:
    with pytest.raises(NotFromSnsError, match="SignatureVersion"):
        check(amazon.post("hello") | {"SignatureVersion": version})


def test_a_version_is_not_taken_for_another(amazon: Amazon) -> None:
    with pytest.raises(NotFromSnsError, match="wrong signature"):
        check(amazon.post("hello", version="1") | {"SignatureVersion": "2"})


@pytest.mark.parametrize("text", ["", "!!!", "aGVsbG8=", "aGVsbG8"])
def test_what_is_no_signature(amazon: Amazon, text: str) -> None:
    with pytest.raises(NotFromSnsError):
        check(amazon.post("hello") | {"Signature": text})


def test_another_key_signs_nothing(amazon: Amazon) -> None:
    forger = Amazon(sign_for(make_authority(), "sns.amazonaws.com"))
    with pytest.raises(NotFromSnsError, match="wrong signature"):
        check(forger.post("hello"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        URL.replace("https", "http"),
        URL.replace("amazonaws.com", "amazonaws.com.evil.example"),
        URL.replace("sns.", "sns-evil."),
        URL.replace("sns.eu-central-1", "evil.sns.eu-central-1"),
        URL.replace("sns.eu-central-1.amazonaws.com", "sns.amazonaws.com"),
        URL.replace("sns.eu-central-1.amazonaws.com", "s3.eu-central-1.amazonaws.com"),
        URL.replace("sns.", "bucket.s3."),
        URL.replace("sns.eu-central-1.amazonaws.com", "sns.evil.com/.amazonaws.com"),
        URL.replace("https://", "https://sns.eu-central-1.amazonaws.com@evil.example/"),
        URL.replace("https://", "https://evil.example#"),
        URL.replace("https://", "https://evil.example\\@"),
        URL.replace(".com/", ".com:443/"),
        URL.replace(".com/", ".com:8443/"),
        URL.replace(".com/", ".com./"),
        URL.replace(".com/", ".com/../"),
        URL.replace(".pem", ".pem?x=1"),
        URL.replace(".pem", ".pem#x"),
        URL.replace(".pem", ".pem\n"),
        URL.replace(".pem", ".txt"),
        URL.replace("Simple", "My"),
        URL.upper(),
        " " + URL,
        "https://[::1/",
    ],
)
def test_certificates_from_elsewhere_are_not_even_fetched(amazon: Amazon, url: str) -> None:
    with pytest.raises(NotFromSnsError):
        check(amazon.post("hello") | {"SigningCertURL": url})
    assert amazon.fetched == []


@pytest.mark.parametrize(
    ("region", "host", "name"),
    [
        ("us-east-1", "sns.us-east-1.amazonaws.com", "sns.amazonaws.com"),
        ("af-south-1", "sns.af-south-1.amazonaws.com", "sns-signing.af-south-1.amazonaws.com"),
        ("us-gov-east-1", "sns.us-gov-east-1.amazonaws.com", "sns-us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "sns.cn-north-1.amazonaws.com.cn", "sns-cn-north-1.amazonaws.com.cn"),
    ],
)
def test_all_of_amazons_regions(
    amazon: Amazon, settings: Any, region: str, host: str, name: str
) -> None:
    amazon.signer = sign_for(make_authority(), name)
    topic = TOPIC.replace("eu-central-1", region)
    settings.SNS_INBOUND_TOPICS = [topic]
    url = URL.replace("sns.eu-central-1.amazonaws.com", host)
    check(amazon.post("x", TopicArn=topic) | {"SigningCertURL": url})
    with pytest.raises(NotFromSnsError, match="not at Amazon"):
        check(amazon.post("x", TopicArn=topic))


def test_attributes_of_a_message_are_passed_over(amazon: Amazon) -> None:
    attributes: Any = {"kind": {"Type": "String", "Value": "x"}}
    check(amazon.post("hello") | {"MessageAttributes": attributes})


@pytest.mark.parametrize("topic", ["", f"{TOPIC}x", TOPIC.upper(), "arn:aws:sns:eu-central-1:9:x"])
def test_other_topics_are_not_ours_even_if_amazon_signs(amazon: Amazon, topic: str) -> None:
    with pytest.raises(NotFromSnsError, match="none of ours"):
        check(amazon.post("hello", TopicArn=topic))
    assert amazon.fetched == []


@pytest.mark.parametrize(
    ("minutes", "good"), [(-76, False), (-74, True), (0, True), (4, True), (6, False)]
)
def test_only_what_is_of_now(amazon: Amazon, minutes: int, good: bool) -> None:
    moment = timezone.now() + dt.timedelta(minutes=minutes)
    fields = amazon.post("hello", Timestamp=f"{moment:%Y-%m-%dT%H:%M:%S}.000Z")
    if good:
        check(fields)
        return
    with pytest.raises(NotFromSnsError, match="too old"):
        check(fields)


CERTIFICATES: dict[str, Callable[[], bytes]] = {
    "somebody else's": lambda: sign_for(make_authority(), "evil.example").pem,
    "another region's": lambda: (
        sign_for(make_authority(), "sns-signing.af-south-1.amazonaws.com").pem
    ),
    "a name around it": lambda: sign_for(make_authority(), "sns.amazonaws.com.evil.example").pem,
    "expired": lambda: sign_for(make_authority(), "sns.amazonaws.com", until=-DAY).pem,
    "short key": lambda: sign_for(make_authority(), "sns.amazonaws.com", bits=1024).pem,
    "no certificate": lambda: b"<html>not found</html>",
    "nothing": lambda: b"",
}


@pytest.mark.parametrize("which", CERTIFICATES)
def test_certificates_that_are_not_snss(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    pem = CERTIFICATES[which]()
    monkeypatch.setattr(certificates, "fetch", lambda url: pem)
    with pytest.raises(NotFromSnsError, match="certificate"):
        check(amazon.post("hello"))


def test_a_bad_certificate_is_not_remembered(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "fetch", lambda url: b"oops")
    with pytest.raises(NotFromSnsError):
        check(amazon.post("hello"))
    monkeypatch.setattr(certificates, "fetch", amazon.fetch)
    check(amazon.post("hello"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"null",
        b"{}",
        b'{"Type": "Notification"}',
        b'{"Type": {"a": 1}}',
        b'{"Type": "Other"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_message_of_sns(body: bytes) -> None:
    with pytest.raises(NotFromSnsError):
        read_envelope(body)


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-01-01T00:00:00", "1e9"])
def test_a_time_that_is_none(amazon: Amazon, moment: str) -> None:
    with pytest.raises(NotFromSnsError, match="Timestamp"):
        check(amazon.post("hello", Timestamp=moment))


def test_a_lone_surrogate_breaks_nothing(amazon: Amazon) -> None:
    body = json.dumps(amazon.post("hello")).replace("hello", "\\ud800")
    with pytest.raises(NotFromSnsError, match="wrong signature"):
        signature.check(read_envelope(body.encode()))


def unfetched(monkeypatch: pytest.MonkeyPatch, answer: safe_http.Answer | Exception) -> None:
    """Let the certificate be fetched by our own code, from a network that answers so."""

    def send(method: str, url: str, *, seconds: float) -> safe_http.Answer:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.undo()
    monkeypatch.setattr(safe_http, "send", send)


@pytest.mark.parametrize(
    "answer", [safe_http.UnreachableError("x"), safe_http.Answer(403, {}, b""), None]
)
def test_without_amazons_certificate_it_is_to_come_again(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch, settings: Any, answer: Any
) -> None:
    fields = amazon.post("hello")
    unfetched(monkeypatch, answer or safe_http.Answer(200, {}, amazon.signer.pem))
    if answer is None:
        check(fields)
        return
    with pytest.raises(CertificateUnavailableError):
        check(fields)


def test_a_forger_does_not_make_us_fetch_without_end(
    amazon: Amazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = amazon.post("hello")
    unfetched(monkeypatch, safe_http.Answer(404, {}, b""))
    calls = []
    quiet = safe_http.send

    def counted(method: str, url: str, *, seconds: float) -> safe_http.Answer:
        calls.append(url)
        return quiet(method, url, seconds=seconds)

    monkeypatch.setattr(safe_http, "send", counted)
    for number in range(30):
        url = URL.replace("0123456789abcdef.pem", f"{number:016x}.pem")
        with pytest.raises(InboundError):
            check(fields | {"SigningCertURL": url})
    # Of a minute, or of two where the minute ends meanwhile.
    assert len(calls) <= 2 * certificates.FETCHES_PER_MINUTE


def test_keys_that_are_not_rsa_are_refused(amazon: Amazon, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = make_authority()
    monkeypatch.setattr(
        "notifications.tests.authority.rsa.generate_private_key",
        lambda public_exponent, key_size: ec.generate_private_key(ec.SECP256R1()),
    )
    pem = sign_for(authority, "sns.amazonaws.com").pem
    monkeypatch.setattr(certificates, "fetch", lambda url: pem)
    with pytest.raises(NotFromSnsError, match="RSA"):
        check(amazon.post("hello"))
