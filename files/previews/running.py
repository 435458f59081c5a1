"""Run a maker of previews in a process of its own, which may take so long and no longer."""

import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from files.previews.rendering import Job, Made, PreviewError, Trouble
from files.previews.sandbox import RESULT, Order

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parent.parent.parent
# Starting an interpreter and its libraries is not the file's fault.
START_SECONDS = 5
# How libraries in C give up when memory is refused; other signals mean that they crashed.
OUT_OF_MEMORY = {-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL, -signal.SIGKILL}


def run(*, renderer: str, job: Job) -> Made:
    """Make the preview in the sandbox. Raises PreviewError."""
    order = Order(
        renderer=renderer,
        source=str(job.source),
        target=str(job.target),
        variant=job.variant,
        media_type=job.media_type,
        memory=settings.FILES_PREVIEW_MEMORY,
        seconds=settings.FILES_PREVIEW_SECONDS,
    )
    status = _run(order)
    result = _result(job.target / RESULT)
    if result is None:
        raise PreviewError(_trouble_of(status))
    if "error" in result:
        logger.info("no preview error=%s cause=%s", result["error"], result.get("cause", ""))
        raise PreviewError(Trouble(result["error"]))
    return Made(**result)


def _run(order: Order) -> int:
    """Return the exit status; SIGXCPU as well where the clock on the wall ran out."""
    # -P: the directory it runs in holds what it makes, never modules to import.
    command = [sys.executable, "-P", "-m", "files.previews.sandbox", order.encode()]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, and an order of ours
        command,
        cwd=order.target,
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(order.seconds + START_SECONDS)
    except subprocess.TimeoutExpired:
        return -signal.SIGXCPU
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the process and its children."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def _result(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _trouble_of(status: int) -> Trouble:
    logger.info("no preview status=%d", status)
    if status == -signal.SIGXCPU:
        return Trouble.TOO_SLOW
    return Trouble.TOO_BIG if status in OUT_OF_MEMORY else Trouble.MALFORMED
