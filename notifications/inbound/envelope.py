"""The JSON that SNS posts, taken apart; nothing in it is believed before `signature.check`.

https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html
"""

import json
from dataclasses import dataclass
from datetime import datetime

from notifications.inbound.errors import NotFromSnsError

NOTIFICATION = "Notification"
SUBSCRIPTION = "SubscriptionConfirmation"
UNSUBSCRIPTION = "UnsubscribeConfirmation"
# What is signed, in the order of the alphabet, by the kind of message. Subject only where there.
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    SUBSCRIPTION: (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
SIGNED[UNSUBSCRIPTION] = SIGNED[SUBSCRIPTION]
OPTIONAL = {"Subject"}
REGION_AT = 3


@dataclass(frozen=True)
class Envelope:
    type: str
    message_id: str
    topic: str
    message: str
    sent_at: datetime
    token: str
    signature: str
    signature_version: str
    certificate_url: str
    # Exactly what SNS signed.
    signed_text: bytes

    @property
    def region(self) -> str:
        """The fourth part of the topic's ARN; "" where there is none."""
        parts = self.topic.split(":")
        return parts[3] if len(parts) > REGION_AT else ""


def read_envelope(body: bytes) -> Envelope:
    """Take a posted body apart. Raises NotFromSnsError for whatever SNS would not send."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotFromSnsError("not JSON") from error
    if not isinstance(fields, dict):
        raise NotFromSnsError("no JSON object")
    # MessageAttributes are an object, unsigned, and nothing that we read.
    fields = {name: value for name, value in fields.items() if isinstance(value, str)}
    kind = fields.get("Type", "")
    if kind not in SIGNED:
        raise NotFromSnsError("unknown Type")
    missing = [name for name in SIGNED[kind] if name not in fields and name not in OPTIONAL]
    if missing:
        raise NotFromSnsError(f"without {missing[0]}")
    return Envelope(
        type=kind,
        message_id=fields["MessageId"],
        topic=fields["TopicArn"],
        message=fields["Message"],
        sent_at=_time(fields["Timestamp"]),
        token=fields.get("Token", ""),
        signature=fields.get("Signature", ""),
        signature_version=fields.get("SignatureVersion", ""),
        certificate_url=fields.get("SigningCertURL", ""),
        signed_text=_signed_text(kind, fields),
    )


def _signed_text(kind: str, fields: dict[str, str]) -> bytes:
    lines = [f"{name}\n{fields[name]}\n" for name in SIGNED[kind] if name in fields]
    # Lone surrogates are valid JSON, but no text that anybody signed.
    return "".join(lines).encode("utf-8", "replace")


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotFromSnsError("no Timestamp") from error
    if moment.tzinfo is None:
        raise NotFromSnsError("a Timestamp without its zone")
    return moment
