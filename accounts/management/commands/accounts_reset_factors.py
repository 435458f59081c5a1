"""manage.py accounts_reset_factors: for the day when no administrator can get in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.people import find_person
from accounts.second_factor.changes import reset_factors


class Command(BaseCommand):
    help = "Remove every second factor of a person, and end their sessions. The person is told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="e-mail address or user name")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        person = find_person(options["login"])
        if not options["yes"]:
            answer = input(f"Remove every second factor of {person} ({person.email})? [y/N] ")
            if answer.strip().lower() not in {"y", "yes"}:
                raise CommandError("Nothing was changed.")
        removed = reset_factors(user=person)
        self.stdout.write(f"Removed {removed} second factors of {person}; sessions ended.")
