from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from devops360 import database_roles
from devops360.database_roles import ROLES, Login
from devops360.login_secrets import make_kept_logins


class Command(BaseCommand):
    help = "Give each role of the site a PostgreSQL login of its own, granted only its tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail on a flaw")
        parser.add_argument("--prefix", default="devops360", help="of the logins' names")
        parser.add_argument(
            "--new-passwords", action="store_true", help="also for logins that are there"
        )
        parser.add_argument(
            "--secrets",
            metavar="PLACE",
            default="",
            help="keep passwords in AWS Secrets Manager, in PLACE + role (vault/database/files)",
        )
        parser.add_argument(
            "--renew-after",
            metavar="DAYS",
            type=int,
            default=30,
            help="with --secrets: renew passwords that are older (default: 30)",
        )

    def handle(
        self,
        *,
        check: bool,
        prefix: str,
        new_passwords: bool,
        secrets: str,
        renew_after: int,
        **options: Any,
    ) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no logins: this is for PostgreSQL.")
        if not check and secrets:
            age = timedelta.min if new_passwords else timedelta(days=renew_after)
            self._make_kept(prefix, secrets, age)
        elif not check:
            self._make(prefix, new_passwords=new_passwords)
        flaws = list(database_roles.flaws(prefix=prefix))
        for flaw in flaws:
            self.stderr.write(flaw)
        if flaws:
            raise CommandError(f"{len(flaws)} flaws. Without --check they are mended where it can.")
        self.stdout.write(f"{len(ROLES)} logins may do their work, and no more.")

    def _make(self, prefix: str, *, new_passwords: bool) -> None:
        renew = ROLES if new_passwords else ()
        for login in database_roles.make_logins(prefix=prefix, renew=renew):
            # Shown once: the server keeps a verifier alone.
            self._tell(login, f", password {login.password}" if login.password else "")

    def _make_kept(self, prefix: str, place: str, renew_after: timedelta) -> None:
        try:
            logins = make_kept_logins(prefix=prefix, place=place, renew_after=renew_after)
        except ImproperlyConfigured as error:
            raise CommandError(f"Nothing has changed. {error}") from error
        for login in logins:
            kept = f", a new password in {place}{login.role}" if login.password else ""
            self._tell(login, kept)

    def _tell(self, login: Login, more: str) -> None:
        words = f"{login.granted} rights granted, {login.revoked} revoked"
        self.stdout.write(f"{login.name}: {words}{more}")
