from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from files.sizes import filesize
from files.sweep import sweep


class Command(BaseCommand):
    help = "Delete stored bytes that nothing names any more, once they are past their grace."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *, dry_run: bool = False, **options: Any) -> None:
        swept = sweep(dry_run=dry_run)
        verb = "Would delete" if dry_run else "Deleted"
        self.stdout.write(
            f"{verb} {swept.blobs} released blobs, {swept.orphans} objects without a row "
            f"({filesize(swept.bytes)} together), {swept.previews} previews that were never made, "
            f"{swept.unfinished} unfinished files. Kept: {swept.young} objects without a row that "
            "are younger than FILES_ORPHAN_DAYS."
        )
