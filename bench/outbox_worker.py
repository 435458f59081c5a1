"""One process of bench.outbox: owes, or sends and says how many, in which time, with what CPU."""

import sys
import time
from uuid import UUID

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (after setup)
from django.core.management import call_command  # noqa: E402

from notifications.channels.base import Message, Target  # noqa: E402
from notifications.channels.email import EmailChannel, compose  # noqa: E402
from notifications.events import notify  # noqa: E402
from notifications.outbox.pump import Pump  # noqa: E402


class Words(EmailChannel):
    """Throws away the message."""

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        return message.title[:0]


class Mail(EmailChannel):
    """Composes the mail, as bytes, and throws it away."""

    def send(self, *, target: Target, message: Message, idempotency_key: UUID) -> str:
        compose(message=message, to=target.address, key=idempotency_key).message().as_bytes()
        return ""


def prepare(count: int) -> None:
    call_command("migrate", verbosity=0)
    model = get_user_model()
    people = model.objects.bulk_create(
        model(username=f"p{n}", email=f"p{n}@example.com", password="!") for n in range(count)
    )
    notify(kind="file_shared", to=people, context={"actor": "Rosa", "name": "Plan"})


def work(channel: EmailChannel) -> None:
    wall, cpu = time.monotonic(), time.process_time()
    sent = Pump(channels=[channel]).drain()["sent"]
    print(sent, time.monotonic() - wall, time.process_time() - cpu)


if __name__ == "__main__":
    step, count = sys.argv[1], int(sys.argv[2])
    if step == "prepare":
        prepare(count)
    else:
        work(Words() if step == "words" else Mail())
