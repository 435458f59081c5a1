from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from devops360.backups.blobs import Tally
from devops360.backups.destinations import destination_at
from devops360.backups.errors import REFUSALS, BackupError
from devops360.backups.snapshots import make_snapshot, prune_snapshots


class Command(BaseCommand):
    help = "Back up the database and every blob to a folder or to s3://bucket/prefix."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("destination")
        parser.add_argument("--full", action="store_true", help="look for every blob, old ones too")
        parser.add_argument("--keep", type=int, default=0, help="snapshots to keep; 0: all")

    def handle(self, *, destination: str, **options: Any) -> None:
        try:
            tally = self._back_up(destination, full=options["full"], keep=options["keep"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        except REFUSALS as error:
            raise CommandError(f"The backup in {destination} is not whole: {error}") from error
        if tally.lost:
            raise CommandError(
                "Some blobs could not be read: run manage.py scrub, and restore them from an "
                "older snapshot. Everything else is backed up."
            )

    def _back_up(self, destination: str, *, full: bool, keep: int) -> Tally:
        there = destination_at(destination)
        name, manifest, tally = make_snapshot(
            destination=there, public_key=settings.BACKUP_PUBLIC_KEY, full=full
        )
        self.stdout.write(
            f"Snapshot {name}: database {filesizeformat(manifest.database_bytes)}, "
            f"{manifest.blobs:,} blobs of {filesizeformat(manifest.blob_bytes)}; "
            f"{tally.copied:,} copied ({filesizeformat(tally.copied_bytes)}), "
            f"{tally.there:,} there already, {len(tally.lost):,} lost; "
            f"{tally.pictures:,} pictures of people copied."
        )
        if keep > 0:
            snapshots, blobs = prune_snapshots(destination=there, keep=keep)
            self.stdout.write(f"Given up: {snapshots:,} old snapshots, {blobs:,} blobs.")
        return tally
