"""Messages of SNS that were posted here: believed or not, heard once, and acted on."""

import logging

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import endpoints, suppression
from notifications.channels.base import EMAIL, SMS
from notifications.events import notify
from notifications.inbound import signature
from notifications.inbound.envelope import NOTIFICATION, SUBSCRIPTION, Envelope, read_envelope
from notifications.inbound.reports import Report, read_reports
from notifications.kinds.base import source_of
from notifications.models import Delivery, Endpoint, InboundMessage, Suppression
from notifications.receivers.tasks import confirm_subscription

logger = logging.getLogger(__name__)

REASONS: dict[str, str | Promise] = {
    Suppression.Reason.BOUNCED: _("What we sent there came back: nobody is at this address."),
    Suppression.Reason.COMPLAINED: _("A mail of ours was reported as spam there."),
    Suppression.Reason.OPTED_OUT: _("Somebody answered there that they want no more."),
}
REPEATED = "repeated"


def take(body: bytes) -> str:
    """Act on a posted message, once; return what it was about.

    Raises NotFromSnsError, and CertificateUnavailableError where SNS shall post it again.
    """
    envelope = read_envelope(body)
    signature.check(envelope)
    about = _take_once(envelope)
    logger.info("sns message about=%s id=%s", about, envelope.message_id)
    return about


@transaction.atomic
def _take_once(envelope: Envelope) -> str:
    """Remember the message with what it changes, or not at all: SNS posts what failed again."""
    reports = read_reports(envelope.message) if envelope.type == NOTIFICATION else []
    about = reports[0].about if reports else envelope.type
    _row, is_new = InboundMessage.objects.get_or_create(
        pk=envelope.message_id[:100], defaults={"topic": envelope.topic, "about": about[:20]}
    )
    if not is_new:
        return REPEATED
    if envelope.type == SUBSCRIPTION:
        confirm_subscription.enqueue(envelope.topic, envelope.token)
    elif envelope.type != NOTIFICATION:
        logger.warning("sns ended our subscription topic=%s", envelope.topic)
    for report in reports:
        _act(report)
    return about


def _act(report: Report) -> None:
    if report.receipt:
        _note_failure(report)
    if report.reason:
        _suppress(report)


def _note_failure(report: Report) -> None:
    """A text that SNS took and the carrier did not deliver is a dead letter after all."""
    sent = Delivery.objects.filter(
        receipt=report.receipt, channel=report.channel, state=Delivery.State.SENT
    )
    sent.update(state=Delivery.State.DEAD, error=report.detail[:300], finished_at=timezone.now())


def _suppress(report: Report) -> None:
    """Send nothing more there, and tell whoever has the address by other ways."""
    suppressed = suppression.suppress(
        channel=report.channel, address=report.address, reason=report.reason, detail=report.detail
    )
    reason = source_of(REASONS[suppressed.reason])
    people = _people_at(report)
    if report.channel == SMS:
        for endpoint in Endpoint.objects.filter(channel=SMS, address=report.address):
            endpoints.disable_endpoint(endpoint=endpoint, reason=reason)
    notify(
        kind="address_suppressed",
        to=people,
        context={"address": report.address, "reason": reason},
        key=f"{report.channel}:{suppressed.pk}",
    )


def _people_at(report: Report) -> list[AbstractBaseUser]:
    people = get_user_model()._default_manager.all()  # noqa: SLF001  (how Django names it)
    if report.channel == EMAIL:
        # By the index that keeps addresses unique.
        keyed = people.alias(email_key=Lower("email"))
        return list(keyed.filter(email_key=report.address.lower()))
    phones = Endpoint.objects.filter(channel=report.channel, address=report.address)
    return list(people.filter(pk__in=phones.values("user")))
