import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from files.integrity import Verdict
from files.models import Blob
from files.recount import recount_vaults
from files.scrub import scrub
from files.sizes import filesize, parse_size


class Command(BaseCommand):
    help = (
        "Read stored bytes again and compare their digests; ends with 1 if any are damaged. "
        "Recounts what everybody uses, too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rate", help="bytes per second, such as 50MB (FILES_SCRUB_RATE)")
        parser.add_argument("--limit", type=int, help="stop after so many blobs")
        parser.add_argument(
            "--resume", action="store_true", help="go on with a pass that was broken off"
        )

    def handle(
        self,
        *,
        rate: str | None = None,
        limit: int | None = None,
        resume: bool = False,
        **options: Any,
    ) -> None:
        try:
            pace = settings.FILES_SCRUB_RATE if rate is None else parse_size(rate)
        except ValueError as error:
            raise CommandError(str(error)) from None
        if pace < 1:
            raise CommandError("--rate must be at least one byte per second.")
        found = scrub(rate=pace, resume=resume, limit=limit, report=self._report)
        rest = "Nothing is left." if found.whole else "Not all was read: go on with --resume."
        self.stdout.write(
            f"Read {found.blobs} blobs, {filesize(found.bytes)}: {found.troubles} in trouble "
            f"({found.new} new), {found.recovered} right again, {found.digested} digested for the "
            f"first time, {found.unread} not read. {recount_vaults()} vaults recounted. {rest}"
        )
        if found.troubles or found.unread:
            sys.exit(1)

    def _report(self, blob: Blob, verdict: Verdict) -> None:
        self.stderr.write(f"{verdict}: blob {blob.pk} in {blob.store}: {blob.key}")
