from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from devops360.demo.account import ensure_demo_account
from devops360.demo.content import add_demo_files


class Command(BaseCommand):
    help = "Make the demo account and whichever of its sample files are missing."

    def handle(self, **options: Any) -> None:
        account = ensure_demo_account()
        owner = User.objects.filter(email=account.email).first()
        if owner is None:
            raise CommandError(account.advice)
        added = add_demo_files(owner=owner)
        self.stdout.write(f"{added} files added. {account.advice}")
