"""Telling people: what is written, once, by whose choice, and in how few queries."""

from django.core import mail

from notifications.events import notify
from notifications.models import Delivery, Notification
from notifications.outbox.pump import Pump
from notifications.tests.factories import PersonFactory

SHARED = {"actor": "Rosa", "name": "Plan"}


def test_told_by_the_channels_of_the_kind(db: None) -> None:
    person = PersonFactory.create()
    assert notify(kind="file_shared", to=person, context=SHARED, url="/files/") == 1
    told = Notification.objects.get(recipient=person)
    assert told.in_inbox
    owed = Delivery.objects.get(notification=told)
    assert (owed.channel, owed.address, owed.state) == ("email", person.email, "pending")
    assert Pump().drain() == {"sent": 1}
    (sent,) = mail.outbox
    assert sent.subject == "Rosa shared “Plan” with you"
    assert sent.extra_headers["Message-ID"].startswith(f"<{owed.idempotency_key}@")
    print(sent.message().as_string())
