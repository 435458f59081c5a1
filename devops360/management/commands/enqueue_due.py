from typing import Any

from django.core.management.base import BaseCommand

from devops360.schedule import enqueue_due


class Command(BaseCommand):
    help = "Enqueue the jobs whose time has come, as every worker does by itself."

    def handle(self, **options: Any) -> None:
        names = enqueue_due()
        self.stdout.write(f"{len(names)} jobs enqueued. {' '.join(names)}".rstrip())
