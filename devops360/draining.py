"""Leaving without anybody noticing: first say "not ready", go on serving, then stop.

A balancer learns of a process's end only from its probes, or from Kubernetes, which removes an
endpoint while it sends SIGTERM, not before. So SIGTERM only starts the leaving: for
DRAIN_SECONDS `/readyz` says no while requests are served as ever, and only then does gunicorn
stop taking new ones and finish those in flight.
"""

import multiprocessing
import os
import signal
import threading
from typing import Any

# Shared by the master, which gets the signal, and its workers, which answer the probes.
_leaving = multiprocessing.get_context("fork").Value("b", 0, lock=False)


def is_draining() -> bool:
    return bool(_leaving.value)


def drain_before_stopping(seconds: float) -> None:
    """Make the first SIGTERM wait `seconds` before it reaches the handler that is there now.

    Called in gunicorn's master, whose handler must be in place. A second SIGTERM does not wait.
    """
    stop = signal.getsignal(signal.SIGTERM)

    def begin(number: int, frame: Any) -> None:
        _leaving.value = 1
        signal.signal(signal.SIGTERM, stop)
        timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM))
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, begin)
