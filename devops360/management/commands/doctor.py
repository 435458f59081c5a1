from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from devops360.doctor.examine import examine
from devops360.doctor.findings import Verdict


class Command(BaseCommand):
    help = "Try each part of this site for real, and say how to mend what is broken."
    # It must speak where the configuration is wrong, too.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--send-to", default="", help="send a letter to this address, too")

    def handle(self, *, send_to: str, **options: Any) -> None:
        broken = 0
        for finding in examine(send_to=send_to):
            self.stdout.write(f"{finding.verdict:<7} {finding.part}: {finding.words}")
            if finding.mend:
                self.stdout.write(f"        -> {finding.mend}")
            broken += finding.verdict is Verdict.BROKEN
        if broken:
            raise CommandError(f"{broken} broken.")
