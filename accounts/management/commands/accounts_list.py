"""manage.py accounts_list: who is here, and who still lacks a second factor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from accounts.second_factor.standing import any_factor


class Command(BaseCommand):
    help = "List people, one a line: user name, address, role, last sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-second-factor", action="store_true", help="only who has none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.filter(is_active=True).order_by("username")
        if options["without_second_factor"]:
            people = people.exclude(any_factor())
        listed = 0
        for person in people.iterator():
            role = "staff" if person.is_staff else "person"
            seen = f"{person.last_login:%Y-%m-%d %H:%M}" if person.last_login else "never"
            self.stdout.write(f"{person.username}\t{person.email}\t{role}\t{seen}")
            listed += 1
        self.stderr.write(f"{listed} people.")
