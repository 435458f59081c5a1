import base64
import hashlib
import hmac

from notifications.webhooks.signing import headers_for, make_secret


def test_the_example_of_the_standards_own_libraries() -> None:
    """standard-webhooks/libraries: the same message under the same key has this signature."""
    headers = headers_for(
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
        keys=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_keys_make_two_signatures() -> None:
    keys = [make_secret(), make_secret()]
    headers = headers_for(message_id="a", timestamp=1, body=b"{}", keys=keys)
    for key, signature in zip(keys, headers["webhook-signature"].split(" "), strict=True):
        raw = base64.b64decode(key.removeprefix("whsec_"))
        digest = hmac.new(raw, b"a.1.{}", hashlib.sha256).digest()
        assert signature == "v1," + base64.b64encode(digest).decode()


def test_secrets_are_long_and_never_the_same() -> None:
    secrets = {make_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert {len(base64.b64decode(one.removeprefix("whsec_"))) for one in secrets} == {32}
