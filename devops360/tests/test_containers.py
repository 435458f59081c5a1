"""What a container engine asks of the worker and of the site: the image's health check."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from devops360 import worker
from devops360.tests.processes import ROOT

HEALTHCHECK = ROOT / "deploy/image/healthcheck.py"


def test_a_worker_beats(tmp_path: Path, settings: Any) -> None:
    settings.WORKER_HEARTBEAT = str(tmp_path / "beat")
    worker.beat()
    assert (tmp_path / "beat").exists()


def test_a_worker_beats_nowhere_unless_told(tmp_path: Path, settings: Any) -> None:
    settings.WORKER_HEARTBEAT = ""
    worker.beat()
    assert not list(tmp_path.iterdir())


def healthcheck(**variables: str) -> int:
    command = [sys.executable, str(HEALTHCHECK)]
    environment = {"PATH": os.environ["PATH"]} | variables
    return subprocess.run(command, env=environment, check=False, timeout=60).returncode


def test_the_health_check_sees_a_silent_worker(tmp_path: Path) -> None:
    beat = tmp_path / "beat"
    beat.touch()
    assert healthcheck(WORKER_HEARTBEAT=str(beat)) == 0
    old = time.time() - 3600
    os.utime(beat, (old, old))
    assert healthcheck(WORKER_HEARTBEAT=str(beat)) == 1


def test_the_health_check_sees_a_site_that_is_gone(tmp_path: Path) -> None:
    assert healthcheck(WORKER_HEARTBEAT=str(tmp_path / "no-worker"), PORT="1") == 1
