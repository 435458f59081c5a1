"""The outbox's own worker, for where notifications run apart from other tasks."""

import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from notifications.outbox.pump import Pump


class Command(BaseCommand):
    help = "Send notifications and letters until SIGTERM. Any number may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="stop when nothing is due")

    def handle(self, *, batch: bool, **options: Any) -> None:
        pump = Pump()
        if batch:
            tally = pump.drain()
            self.stdout.write(", ".join(f"{name}: {n}" for name, n in sorted(tally.items())))
            return

        def stop(number: int, frame: FrameType | None) -> None:
            pump.stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        pump.run()
