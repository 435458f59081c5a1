"""Sending one message by one channel, now, and saying what came of it."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notifications.channels.base import Message, Target
from notifications.channels.registry import CHANNELS
from notifications.errors import ChannelError
from notifications.kinds import KINDS
from notifications.models import Endpoint


class Command(BaseCommand):
    help = "Send a test message by a channel to an address, without the outbox."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", required=True, choices=sorted(CHANNELS))
        parser.add_argument("--to", required=True, help="a mail address, number (+43…), URL or ARN")

    def handle(self, *, channel: str, to: str, **options: Any) -> None:
        sender = CHANNELS[channel]
        if not sender.is_configured():
            raise CommandError(f"{channel} is not configured: see docs/configuration.md.")
        endpoint = Endpoint.objects.filter(channel=channel, address=to).first()
        kind = KINDS["test"]
        words = {"channel": str(sender.title)}
        message = Message(
            uuid=uuid.uuid4(),
            kind=kind.name,
            category=kind.subject.category.value,
            created_at=timezone.now(),
            title=str(kind.title % words),
            text=str(kind.text),
        )
        key = uuid.uuid4()
        try:
            receipt = sender.send(target=Target(to, endpoint), message=message, idempotency_key=key)
        except ChannelError as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        finally:
            sender.rest()
        self.stdout.write(f"Sent. Key: {key}. Receipt: {receipt or 'none'}.")
