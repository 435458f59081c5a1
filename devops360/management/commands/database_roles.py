from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from devops360 import database_roles


class Command(BaseCommand):
    help = "Give each role of the site a PostgreSQL login of its own, granted only its tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail on a flaw")
        parser.add_argument("--prefix", default="devops360", help="of the logins' names")
        parser.add_argument(
            "--new-passwords", action="store_true", help="also for logins that are there"
        )

    def handle(self, *, check: bool, prefix: str, new_passwords: bool, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no logins: this is for PostgreSQL.")
        if not check:
            self._make(prefix, new_passwords=new_passwords)
        flaws = list(database_roles.flaws(prefix=prefix))
        for flaw in flaws:
            self.stderr.write(flaw)
        if flaws:
            raise CommandError(f"{len(flaws)} flaws. Without --check they are mended where it can.")
        self.stdout.write(f"{len(database_roles.ROLES)} logins may do their work, and no more.")

    def _make(self, prefix: str, *, new_passwords: bool) -> None:
        for login in database_roles.make_logins(prefix=prefix, new_passwords=new_passwords):
            words = f"{login.granted} rights granted, {login.revoked} revoked"
            # Shown once: the server keeps a verifier alone.
            password = f", password {login.password}" if login.password else ""
            self.stdout.write(f"{login.name}: {words}{password}")
