from typing import Any

from django.core.management.base import BaseCommand

from devops360.observability.overdue import warn_of_old_queues
from devops360.schedule import enqueue_due


class Command(BaseCommand):
    help = "Enqueue the jobs whose time has come, as every worker does, and warn of old queues."

    def handle(self, **options: Any) -> None:
        # Before: what this enqueues is not old.
        warn_of_old_queues()
        names = enqueue_due()
        self.stdout.write(f"{len(names)} jobs enqueued. {' '.join(names)}".rstrip())
