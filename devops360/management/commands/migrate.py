from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections

from devops360.migration_lock import MigrationLockError, migration_lock

LOCK_SECONDS = 600.0


class Command(migrate.Command):
    """Django's migrate under a lock: many may start it at once, and each ends with all applied."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-seconds",
            type=float,
            default=LOCK_SECONDS,
            help="how long to wait for another process that migrates (default: %(default)g)",
        )

    def handle(self, *args: Any, lock_seconds: float, **options: Any) -> Any:
        if options["plan"] or options["check_unapplied"]:
            return super().handle(*args, **options)
        try:
            with migration_lock(connections[options["database"]], seconds=lock_seconds):
                return super().handle(*args, **options)
        except MigrationLockError as error:
            raise CommandError(str(error)) from None
