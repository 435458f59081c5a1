from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from devops360.worker import VaultWorker


class Command(BaseCommand):
    help = "Run background tasks, with retries, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=0.3, help="seconds between looks")
        parser.add_argument("--batch", action="store_true", help="stop when nothing is ready")

    def handle(self, *, interval: float, batch: bool, **options: Any) -> None:
        worker = VaultWorker(interval=interval, batch=batch)
        worker.configure_signals()
        worker.run()
