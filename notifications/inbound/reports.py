"""What a message of SNS says of an address of ours. Pure: reads JSON, knows no database.

SES: docs.aws.amazon.com/ses/latest/dg/notification-contents.html and, of configuration sets,
event-publishing-retrieving-sns-contents.html. Texts, three ways: events of AWS End User Messaging
(sms-voice/latest/userguide/configuration-sets-event-format.html), what somebody answers to a number
of our own (two-way SMS), and SNS's own delivery logs (sns/latest/dg/sms_stats_cloudwatch.html).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from notifications.channels.base import EMAIL, SMS
from notifications.models import Suppression

Reason = Suppression.Reason
NOT_SPAM = "not-spam"
# Numbers that are none, of the events that failures have.
DEAD_NUMBERS = {"TEXT_INVALID"}
TEXT_FAILURES = {
    "TEXT_BLOCKED",
    "TEXT_CARRIER_BLOCKED",
    "TEXT_CARRIER_UNREACHABLE",
    "TEXT_INVALID",
    "TEXT_INVALID_MESSAGE",
    "TEXT_PROTECT_BLOCKED",
    "TEXT_SPAM",
    "TEXT_TTL_EXPIRED",
    "TEXT_UNKNOWN",
    "TEXT_UNREACHABLE",
}
# The words that AWS itself takes for an opt-out.
STOP_WORDS = {"ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD"} | {
    "UNSUBSCRIBE"
}


@dataclass(frozen=True)
class Report:
    """Something about one address. Without a reason nothing is held against it."""

    about: str
    channel: str
    address: str
    detail: str
    reason: str = ""
    # Of the message that failed, as the channel had it for a receipt.
    receipt: str = ""


def read_reports(message: str) -> list[Report]:
    """Return what the text says; nothing for what we do not know, such as a test's."""
    try:
        content = json.loads(message)
    except (ValueError, RecursionError):
        return []
    if not isinstance(content, dict):
        return []
    found = (
        *_of_mail(content),
        *_of_text_event(content),
        *_of_delivery_log(content),
        *_of_answer(content),
    )
    return [report for report in found if report.address]


def _of_mail(content: Mapping[str, Any]) -> Iterator[Report]:
    kind = content.get("notificationType") or content.get("eventType")
    if kind == "Bounce":
        bounce = _object(content, "bounce")
        # A full mailbox or a slow server is for SES to try again, and no reason to give up.
        if bounce.get("bounceType") == "Permanent":
            for recipient in _objects(bounce, "bouncedRecipients"):
                said = _text(recipient, "diagnosticCode") or _text(bounce, "bounceSubType")
                address = _text(recipient, "emailAddress")
                yield Report("bounce", EMAIL, address, said, Reason.BOUNCED)
    elif kind == "Complaint":
        complaint = _object(content, "complaint")
        said = _text(complaint, "complaintFeedbackType")
        # "Not spam" is praise.
        if said != NOT_SPAM:
            for recipient in _objects(complaint, "complainedRecipients"):
                address = _text(recipient, "emailAddress")
                yield Report("complaint", EMAIL, address, said, Reason.COMPLAINED)


def _of_text_event(content: Mapping[str, Any]) -> Iterator[Report]:
    kind = _text(content, "eventType")
    if kind in TEXT_FAILURES:
        yield Report(
            about="text_failed",
            channel=SMS,
            address=_text(content, "destinationPhoneNumber"),
            detail=f"{kind} {_text(content, 'messageStatusDescription')}".strip(),
            reason=Reason.BOUNCED if kind in DEAD_NUMBERS else "",
            receipt=_text(content, "messageId"),
        )


def _of_delivery_log(content: Mapping[str, Any]) -> Iterator[Report]:
    if content.get("status") != "FAILURE":
        return
    delivery = _object(content, "delivery")
    said = _text(delivery, "providerResponse")
    yield Report(
        about="text_failed",
        channel=SMS,
        address=_text(delivery, "destination"),
        detail=said,
        reason=_reason_in(said),
        receipt=_text(_object(content, "notification"), "messageId"),
    )


def _reason_in(said: str) -> str:
    words = said.lower()
    if "opted out" in words or "opt out" in words:
        return Reason.OPTED_OUT
    if "invalid phone number" in words:
        return Reason.BOUNCED
    return ""


def _of_answer(content: Mapping[str, Any]) -> Iterator[Report]:
    """Read what somebody answered to a text: only a word that means "no more" is heard."""
    said = _text(content, "messageBody").strip().upper()
    if said in STOP_WORDS:
        address = _text(content, "originationNumber")
        yield Report("opt_out", SMS, address, said, Reason.OPTED_OUT)


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    return value if isinstance(value, str) else ""


def _object(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = content.get(name)
    return value if isinstance(value, dict) else {}


def _objects(content: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = content.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
