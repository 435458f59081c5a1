import json
import logging
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from devops360 import audit


class Command(BaseCommand):
    help = "Print sealed entries of the audit trail, one JSON object per line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="a number already exported")

    def handle(self, *, after: int, **options: Any) -> None:
        _log_beside_it()
        audit.seal_new()
        for entry in audit.export(after=after):
            self.stdout.write(json.dumps(entry))


def _log_beside_it() -> None:
    """Keep lines of the log, which go to stdout elsewhere, out of what is exported."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)
