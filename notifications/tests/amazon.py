"""Amazon as a signer, for tests: messages as SNS posts them, under a certificate of our own."""

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.utils import timezone

from notifications.inbound.envelope import SIGNED, SUBSCRIPTION
from notifications.tests.authority import Signed, make_authority, sign_for

TOPIC = "arn:aws:sns:eu-central-1:123456789012:mail-events"
URL = (
    "https://sns.eu-central-1.amazonaws.com/"
    "SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
)


def _sign_as_sns() -> Signed:
    return sign_for(make_authority(), "sns.amazonaws.com")


@dataclass
class Amazon:
    signer: Signed = field(default_factory=_sign_as_sns)
    # What was asked for, in order.
    fetched: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> bytes:
        """Stand for notifications.inbound.certificates.fetch."""
        self.fetched.append(url)
        return self.signer.pem

    def post(self, message: object, *, version: str = "2", **changes: str) -> dict[str, str]:
        """Return a notification, signed after `changes` to its fields."""
        fields = {
            "Type": "Notification",
            "MessageId": str(uuid.uuid4()),
            "TopicArn": TOPIC,
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": f"{timezone.now():%Y-%m-%dT%H:%M:%S}.000Z",
            "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe",
            **changes,
        }
        return self.signed(fields, version)

    def subscription(self, token: str = "t" * 64, **changes: str) -> dict[str, str]:
        url = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription"
        about = {"Type": SUBSCRIPTION, "Token": token, "SubscribeURL": url}
        return self.post("You have chosen to subscribe to the topic.", **about, **changes)

    def signed(self, fields: dict[str, str], version: str = "2") -> dict[str, str]:
        names = [name for name in SIGNED[fields["Type"]] if name in fields]
        text = "".join(f"{name}\n{fields[name]}\n" for name in names)
        algorithm: Any = hashes.SHA1() if version == "1" else hashes.SHA256()
        signature = self.signer.key.sign(text.encode(), padding.PKCS1v15(), algorithm)
        return {
            "SignatureVersion": version,
            "SigningCertURL": URL,
            **fields,
            "Signature": base64.b64encode(signature).decode(),
        }
