"""SNS posts the same message to two of our processes at once: it is heard by one."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from notifications.inbound import signature
from notifications.models import InboundMessage, Notification
from notifications.receivers import reports
from notifications.tests.amazon import Amazon
from notifications.tests.authority import make_authority, sign_for
from notifications.tests.factories import PersonFactory

THREADS = 8


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_one_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "check", lambda envelope: None)
    person = PersonFactory.create()
    recipients = [{"emailAddress": person.email}]
    about = {"bounceType": "Permanent", "bouncedRecipients": recipients}
    amazon = Amazon(sign_for(make_authority(), "sns.amazonaws.com"))
    body = json.dumps(amazon.post({"notificationType": "Bounce", "bounce": about})).encode()
    barrier = threading.Barrier(THREADS)

    def one(_number: int) -> Any:
        try:
            barrier.wait()
            return reports.take(body)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        heard = list(pool.map(one, range(THREADS)))
    assert sorted(heard) == ["bounce", *[reports.REPEATED] * (THREADS - 1)]
    assert InboundMessage.objects.count() == 1
    assert Notification.objects.filter(recipient_id=person.pk).count() == 1
