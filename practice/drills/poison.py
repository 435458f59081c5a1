"""A task that no worker survives."""

import os
import signal

from django.tasks import task


@task()
def poison() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
