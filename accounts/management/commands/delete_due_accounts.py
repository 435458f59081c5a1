from typing import Any

from django.core.management.base import BaseCommand

from accounts.deletion import delete_due


class Command(BaseCommand):
    help = "Delete the accounts whose days of grace are over. Run it at least once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"accounts deleted: {delete_due()}")
