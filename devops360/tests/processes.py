"""Run the project's commands as an operator does: in a process and an environment of their own."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG")
# For `manage.py shell`. In one process: starting is what takes the time.
MAKE_TABLES = (
    "from django.core.management import call_command as do; "
    "do('migrate', verbosity=0); do('createcachetable')"
)


def environment(state: Path, **variables: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return (
        kept
        | {"STATE_DIR": str(state), "MEDIA_ROOT": str(state / "media"), "PYTHONUNBUFFERED": "1"}
        | variables
    )


def manage(*words: str, state: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `manage.py` to its end, and return what it said."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(state, **variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@cache
def _migrated() -> Path:
    """Return a database of SQLite with all tables and nothing in them: made once for this run."""
    place = Path(tempfile.mkdtemp(prefix="devops360-migrated-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    done = manage("shell", "-v0", "-c", MAKE_TABLES, state=place)
    assert done.returncode == 0, done.stderr
    return place / "db.sqlite3"


def give_tables(state: Path) -> None:
    """Make the database of a site on SQLite that has never run, as `migrate` would."""
    shutil.copyfile(_migrated(), state / "db.sqlite3")
