from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from files.quota import set_quota, usage_of
from files.sizes import filesize, parse_size

DEFAULT = "default"


class Command(BaseCommand):
    help = "Show how much a person keeps and may keep, or set how much that is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--set", dest="quota", help=f'such as 50GB, or "{DEFAULT}" for what everyone gets'
        )

    def handle(self, *, email: str, quota: str | None = None, **options: Any) -> None:
        person = get_user_model().objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody has the address {email}.")
        if quota is not None:
            try:
                set_quota(owner_id=person.pk, quota=None if quota == DEFAULT else parse_size(quota))
            except ValueError as error:
                raise CommandError(str(error)) from None
        usage = usage_of(person)
        self.stdout.write(
            f"{email}: {filesize(usage.used)} used ({usage.used} bytes), "
            f"{filesize(usage.reserved)} reserved by uploads, "
            f"{filesize(usage.free)} free of {filesize(usage.quota)}."
        )
