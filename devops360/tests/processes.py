"""Run the project's commands as an operator does: in a process and an environment of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")


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
