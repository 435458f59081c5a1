"""One process of bench.outbox: owes, or sends; says how many, in which time, with what CPU."""

import os
import sys
import time
from collections.abc import Callable
from uuid import UUID

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (after setup)
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from notifications.channels.base import Channel, Message, Target  # noqa: E402
from notifications.channels.email import EmailChannel, compose  # noqa: E402
from notifications.channels.topic import TopicChannel  # noqa: E402
from notifications.channels.webhook import WebhookChannel  # noqa: E402
from notifications.events import notify  # noqa: E402
from notifications.kinds import KINDS  # noqa: E402
from notifications.looks import look_of  # noqa: E402
from notifications.models import Delivery, Endpoint, Webhook  # noqa: E402
from notifications.outbox.pump import Pump  # noqa: E402
from notifications.webhooks import keys  # noqa: E402


class Words(EmailChannel):
    """Throws away the message."""

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        return message.title[:0]


class Mail(EmailChannel):
    """Composes the mail, as bytes, and throws it away."""

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        mail = compose(message=message, to=target.address, key=idempotency_key)
        mail.message().as_bytes()
        return str(mail.extra_headers["Message-ID"])


CHANNELS: dict[str, Callable[[], Channel]] = {
    "words": Words,
    "mail": Mail,
    "smtp": EmailChannel,
    "webhook": WebhookChannel,
    "topic": TopicChannel,
}


def migrate() -> None:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    # Nobody may be connected to what others are copies of.
    connections.close_all()


def prepare(work: str, count: int) -> None:
    model = get_user_model()
    people = model.objects.bulk_create(
        model(username=f"p{n}", email=f"p{n}@example.com", password="!") for n in range(count)
    )
    if work == "webhook":
        add_webhooks([person.pk for person in people])
    wall, cpu = time.monotonic(), time.process_time()
    context = {"actor": "Rosa", "name": "Plan"}
    if work == "topic":
        # Of what is told to many, a topic hears once.
        for person in people:
            notify(kind="file_shared", to=person, context=context, url="/files/")
    else:
        notify(kind="file_shared", to=people, context=context, url="/files/")
    print(count, time.monotonic() - wall, time.process_time() - cpu)


def add_webhooks(people: list[UUID]) -> None:
    now, address = timezone.now(), os.environ["BENCH_RECEIVER"]
    endpoints = Endpoint.objects.bulk_create(
        Endpoint(user_id=person, channel="webhook", address=address, verified_at=now)
        for person in people
    )
    sealed = keys.new_key()[1]
    Webhook.objects.bulk_create(
        Webhook(endpoint=endpoint, sealed_secret=sealed) for endpoint in endpoints
    )


def work(channel: Channel) -> None:
    # The site's addresses and templates are read once, and not by each of so many.
    look_of(KINDS["file_shared"])
    reverse("notifications:unsubscribe", args=["token"])
    Delivery.objects.first()
    wall, cpu = time.monotonic(), time.process_time()
    sent = Pump(channels=[channel]).drain()["sent"]
    print(sent, time.monotonic() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    step, count = sys.argv[1], int(sys.argv[-1])
    if step == "migrate":
        migrate()
    elif step == "prepare":
        prepare(sys.argv[2], count)
    else:
        work(CHANNELS[step]())
