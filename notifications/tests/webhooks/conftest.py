"""A receiver on loopback, and a webhook that is confirmed."""

import ipaddress
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser

from notifications.models import Webhook
from notifications.tests.factories import PersonFactory
from notifications.tests.receiver import Receiver, running_receiver
from notifications.tests.webhooks.telling import add, says_it_back


@pytest.fixture(autouse=True)
def _delivered_when_told(settings: Any) -> None:
    """Nothing goes by itself: tests say when."""
    settings.OUTBOX_DRIVER = "worker"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    with running_receiver() as running:
        settings.OUTGOING_HTTP, settings.OUTGOING_PORTS = True, {running.port}
        settings.OUTGOING_NETWORKS = (ipaddress.ip_network("127.0.0.0/8"),)
        yield running


@pytest.fixture
def person() -> AbstractBaseUser:
    made: AbstractBaseUser = PersonFactory.create()
    return made


@pytest.fixture
def webhook(person: AbstractBaseUser, receiver: Receiver) -> Webhook:
    """A webhook that is confirmed, and a receiver that has forgotten how."""
    receiver.behave(says_it_back)
    made, _secret = add(person, receiver.url("/hook"))
    receiver.received.clear()
    receiver.behave(lambda handler: handler.answer(204))
    return made
