"""Messages lead back to the request that they are owed for."""

import pytest

from devops360.observability.context import current_request_id, within_request
from notifications.errors import RefusedError
from notifications.events import notify
from notifications.models import Delivery
from notifications.outbox.pump import Pump
from notifications.tests.factories import PersonFactory
from notifications.tests.fakes import FakeChannel, Given

ASKED = "of-the-proxy-1"


def test_what_is_sent_and_given_up_belongs_to_its_request(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with within_request(ASKED):
        context = {"actor": "Rosa", "name": "Plan"}
        notify(kind="file_shared", to=PersonFactory(), context=context)
    seen: list[str] = []

    def refuse(given: Given) -> None:
        seen.append(current_request_id())
        raise RefusedError("554 not this")

    Pump(channels=[FakeChannel(behave=refuse)]).drain()
    assert seen == [ASKED]
    (line,) = [record for record in caplog.records if "delivery dead" in record.message]
    assert vars(line)["request_id"] == ASKED
    assert Delivery.objects.get().request_id == ASKED


def test_what_is_owed_outside_of_a_request_names_none(db: None) -> None:
    notify(kind="file_shared", to=PersonFactory(), context={"actor": "Rosa", "name": "Plan"})
    assert Delivery.objects.get().request_id == ""
