from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from devops360.observability import emf, tracing
from devops360.observability.server import serve_metrics
from devops360.worker import VaultWorker


class Command(BaseCommand):
    help = "Run background tasks, with retries, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=0.3, help="seconds between looks")
        parser.add_argument("--batch", action="store_true", help="stop when nothing is ready")
        parser.add_argument(
            "--no-outbox", action="store_true", help="leave notifications to `manage.py deliver`"
        )

    def handle(self, *, interval: float, batch: bool, no_outbox: bool, **options: Any) -> None:
        tracing.start("devops360-worker")
        emf.start("worker", with_state=True)
        if settings.WORKER_METRICS_PORT:
            serve_metrics(address=settings.BIND_ADDRESS, port=settings.WORKER_METRICS_PORT)
        worker = VaultWorker(interval=interval, batch=batch, delivers=not no_outbox)
        worker.configure_signals()
        worker.run()
