"""Tasks for the worker's tests."""

import time
from pathlib import Path

from django.tasks import task


@task()
def note(path: str, line: str) -> None:
    """Add a line to a file."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


@task()
def hang_once(path: str) -> None:
    """Never end the first time: someone kills the worker. Finish the second time."""
    attempts = Path(path)
    with attempts.open("a", encoding="utf-8") as file:
        file.write("begun\n")
    if attempts.read_text(encoding="utf-8").count("begun") == 1:
        time.sleep(300)
    note.func(path, "finished")


@task()
def fail() -> None:
    raise ValueError("as always")
