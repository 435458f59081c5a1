import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from files.relocation import (
    OTHER,
    Moved,
    delete_originals,
    delete_others,
    left_to_move,
    move_blobs,
    move_others,
)
from files.sizes import filesize
from files.stores import LOCAL, S3, configured_stores, current_store


class Command(BaseCommand):
    help = (
        "Move what is kept to the other store while the site runs. Broken off, it goes on where "
        "it was. Nothing is deleted, but by --delete-verified."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, choices=(LOCAL, S3))
        parser.add_argument("--dry-run", action="store_true", help="only say what there is to do")
        parser.add_argument(
            "--delete-verified",
            action="store_true",
            help="delete originals that were moved over a day ago, each copy read once more",
        )

    def handle(
        self, *, to: str, dry_run: bool = False, delete_verified: bool = False, **options: Any
    ) -> None:
        self.to = to
        missing = {to, OTHER[to]} - set(configured_stores())
        if missing:
            raise CommandError("Both stores must be configured: set S3_BUCKET and MEDIA_ROOT.")
        if delete_verified:
            self.delete(dry_run=dry_run)
        elif dry_run:
            self.say_what_is_left()
        else:
            self.move()

    def say_what_is_left(self) -> None:
        blobs, size = left_to_move(to=self.to)
        self.stdout.write(f"{blobs} blobs, {filesize(size)}, are to be moved to {self.to}.")

    def move(self) -> None:
        if current_store() != self.to:
            self.stderr.write(
                f"New uploads still go to {current_store()}: set FILES_STORE={self.to} and restart "
                "the site first, or run this once more afterwards."
            )
        self.blobs, self.size = left_to_move(to=self.to)
        moved = move_blobs(to=self.to, told=self.tell)
        self.tell(moved)
        for name, number in move_others(to=self.to).items():
            self.stdout.write(f"{number} {name} copied.")
        if moved.troubles or moved.failed:
            self.stderr.write(
                f"{moved.troubles} are damaged or missing where they are: run manage.py scrub. "
                f"{moved.failed} could not be read or written: run this again."
            )
            sys.exit(1)

    def tell(self, moved: Moved) -> None:
        self.stdout.write(
            f"{moved.blobs} of {self.blobs} blobs moved to {self.to}, {filesize(moved.bytes)} of "
            f"{filesize(self.size)}; {moved.found} of them were copied already."
        )

    def delete(self, *, dry_run: bool) -> None:
        moved = delete_originals(to=self.to, dry_run=dry_run)
        verb = "Would delete" if dry_run else "Deleted"
        self.stdout.write(
            f"{verb} {moved.deleted} originals from {OTHER[self.to]}, {filesize(moved.bytes)}."
        )
        for name, number in delete_others(to=self.to, dry_run=dry_run).items():
            self.stdout.write(f"{verb} {number} {name} there.")
        if moved.troubles:
            self.stderr.write(
                f"{moved.troubles} originals stay, as their copies are not right: run scrub."
            )
            sys.exit(1)
