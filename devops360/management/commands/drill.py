import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Break a part of a site made for it, and see what people and alerts see; --list."
    # The drill's site is another one, with settings of its own.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("--list", action="store_true", help="tell what there is")
        parser.add_argument("--seconds", type=float, help="how long it stays broken")

    def handle(self, *, name: str, seconds: float | None, **options: Any) -> None:
        if not (settings.BASE_DIR / "practice/drills").is_dir():
            raise CommandError("Drills come with the repository, not with the image.")
        words = [name] if name and not options["list"] else []
        words += ["--seconds", str(seconds)] if seconds is not None else []
        command = [sys.executable, "-m", "practice.drills", *words]
        done = subprocess.run(command, cwd=settings.BASE_DIR, check=False)  # noqa: S603  (our own)
        sys.exit(done.returncode)
