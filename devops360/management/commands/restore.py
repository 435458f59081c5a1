from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from devops360.backups.blobs import verify_blobs
from devops360.backups.destinations import destination_at
from devops360.backups.errors import BackupError
from devops360.backups.snapshots import read_manifest, restore_snapshot, snapshot_names


class Command(BaseCommand):
    help = "Fill an empty database and store from a backup; the newest snapshot by default."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source")
        parser.add_argument("--snapshot", default="", help="the name of another than the newest")
        parser.add_argument("--list", action="store_true", help="only say what is there")
        parser.add_argument(
            "--verify", action="store_true", help="read everything again and compare digests"
        )

    def handle(self, *, source: str, snapshot: str, verify: bool, **options: Any) -> None:
        if options["list"]:
            self._list(source)
            return
        try:
            tally = restore_snapshot(
                source=destination_at(source),
                name=snapshot,
                secret_key=settings.BACKUP_SECRET_KEY,
            )
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored: {tally.copied:,} blobs ({filesizeformat(tally.copied_bytes)}), "
            f"{tally.there:,} there already, {len(tally.lost):,} lost."
        )
        lost = tally.lost
        if verify:
            found = verify_blobs()
            self.stdout.write(f"Verified: {found.there:,} right, {len(found.lost):,} wrong.")
            lost += found.lost
        if lost:
            raise CommandError("Not everything is back. The log names the keys.")
        self.stdout.write("Now run manage.py migrate, in case the code is newer than the backup.")

    def _list(self, source: str) -> None:
        there = destination_at(source)
        for name in snapshot_names(there):
            manifest = read_manifest(there, name)
            self.stdout.write(
                f"{name}  {manifest.engine}  {manifest.blobs:,} blobs of "
                f"{filesizeformat(manifest.blob_bytes)}"
                + ("  encrypted" if manifest.is_encrypted else "")
                + (f"  {len(manifest.lost)} lost" if manifest.lost else "")
            )
