"""Run a program whose disk and clock can be troubled: `-m practice.drills.trouble PLACE NAME …`.

What is wrong stands in files of PLACE, which are looked at each time: `disk` holds the name of an
error (ENOSPC) or the seconds that each fsync takes, `clock-NAME` the seconds by which the clock of
that process is ahead.
Without them nothing is changed. A disk is troubled at fsync: what the store writes by itself.
"""

import errno
import os
import runpy
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

DISK, CLOCK = "disk", "clock"


def _said(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""


def trouble_disk(path: Path) -> None:
    fsync = os.fsync

    def troubled(file: int) -> None:
        said = _said(path)
        number = getattr(errno, said, 0) if said else 0
        if number:
            raise OSError(number, os.strerror(number))
        if said:
            time.sleep(float(said))
        fsync(file)

    os.fsync = troubled  # type: ignore[assignment]


def trouble_clock(path: Path) -> None:
    now = timezone.now

    def troubled() -> datetime:
        return now() + timedelta(seconds=float(_said(path) or 0))

    timezone.now = troubled


def main() -> None:
    place, name, *program = sys.argv[1:]
    trouble_disk(Path(place) / DISK)
    trouble_clock(Path(place) / f"{CLOCK}-{name}")
    if program[0] == "-m":
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = program
        runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    main()
