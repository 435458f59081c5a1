"""Tasks belong to the request and the trace that asked for them, and are counted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django_tasks_db.models import DBTaskResult

from devops360.observability.backend import REQUEST_ID, TRACE
from devops360.observability.context import within_request
from devops360.observability.metrics import TASK_SECONDS, TASKS
from devops360.observability.tracing import tell_outcome, within_task


@contextmanager
def observed(result: DBTaskResult[Any, Any]) -> Iterator[None]:
    """Let a task run within its request, then count how it ended: the row says so."""
    start = time.perf_counter()
    name = result.task_path.rpartition(".")[2]
    request_id = str(result.args_kwargs.get(REQUEST_ID, ""))
    with within_request(request_id), within_task(name, result.args_kwargs.get(TRACE, {})):
        yield
        tell_outcome(str(result.status).lower())
    TASK_SECONDS.labels(name).observe(time.perf_counter() - start)
    TASKS.labels(name, str(result.status).lower()).inc()
