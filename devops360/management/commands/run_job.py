from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from devops360.models import JobRun
from devops360.schedule import JOBS, run_now


class Command(BaseCommand):
    help = "Run one scheduled job here and now; without a name, say which there are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="")

    def handle(self, *, name: str, **options: Any) -> None:
        if name:
            if name not in JOBS:
                raise CommandError(f"There is no job {name}. Without a name, all are listed.")
            self.stdout.write(f"{name}: {run_now(name)}")
            return
        runs = JobRun.objects.in_bulk()
        for job in JOBS.values():
            run = runs.get(job.name)
            last = f"{run.finished_at:%Y-%m-%d %H:%M}" if run and run.finished_at else "never"
            due = f"{run.next_at:%Y-%m-%d %H:%M}" if run else "now"
            self.stdout.write(f"{job.name:<26} every {job.every!s:<16} last {last}, next {due}")
