"""manage.py accounts_end_sessions: sign people out everywhere."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.people import find_person
from accounts.models import User
from accounts.sessions import end_sessions


class Command(BaseCommand):
    help = "End the sessions of one person, or of everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", nargs="?", help="e-mail address or user name")
        parser.add_argument("--all", action="store_true", help="everybody's")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["login"]) == options["all"]:
            raise CommandError("Name one person, or give --all.")
        everybody = options["all"]
        people = User.objects.iterator() if everybody else [find_person(options["login"])]
        ended = sum(end_sessions(user=person) for person in people)
        self.stdout.write(f"Ended {ended} sessions.")
