from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from devops360.backups.blobs import verify_blobs
from devops360.backups.destinations import destination_at
from devops360.backups.errors import REFUSALS, BackupError
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
        try:
            if options["list"]:
                self._list(source)
                return
            tally = restore_snapshot(
                source=destination_at(source),
                name=snapshot,
                secret_key=settings.BACKUP_SECRET_KEY,
            )
        except BackupError as error:
            raise CommandError(str(error)) from error
        except REFUSALS as error:
            raise CommandError(f"Not restored from {source}: {error}") from error
        self.stdout.write(
            f"Restored: {tally.copied:,} blobs ({filesizeformat(tally.copied_bytes)}), "
            f"{tally.there:,} there already, {len(tally.lost):,} lost; {tally.pictures:,} pictures "
            "of people."
        )
        lost = tally.lost
        if verify:
            found = verify_blobs()
            self.stdout.write(f"Verified: {found.there:,} right, {len(found.lost):,} wrong.")
            lost += found.lost
        if lost:
            raise CommandError(
                "Not everything is back. The log above names the keys, and why. What to do: "
                "docs/operate/backups.md, Restore one."
            )

    def _list(self, source: str) -> None:
        there = destination_at(source)
        names = snapshot_names(there)
        if not names:
            raise BackupError(f"There is no whole snapshot in {source}.")
        for name in names:
            try:
                manifest = read_manifest(there, name)
            except BackupError as error:
                self.stderr.write(str(error))
                continue
            self.stdout.write(
                f"{name}  {manifest.engine}  {manifest.blobs:,} blobs of "
                f"{filesizeformat(manifest.blob_bytes)}"
                + ("  encrypted" if manifest.is_encrypted else "")
                + (f"  {len(manifest.lost)} lost" if manifest.lost else "")
            )
