from typing import Any

from django.core.management.base import BaseCommand

from devops360.environment import vapid_key


class Command(BaseCommand):
    help = "Print a new key for Web Push: VAPID_PRIVATE_KEY of a production site."

    def handle(self, **options: Any) -> None:
        self.stdout.write(vapid_key())
