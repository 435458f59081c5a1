"""The queue of tasks, which remembers for each the request, and the trace, that asked for it."""

from typing import TYPE_CHECKING, Any

from django_tasks_db.backend import DatabaseBackend

from devops360.observability.context import current_request_id
from devops360.observability.tracing import carried

if TYPE_CHECKING:
    # Not at run time: backends are made while apps are still loading.
    from django_tasks_db.models import DBTaskResult

REQUEST_ID = "request_id"
# W3C Trace Context's headers, as they would go with a call.
TRACE = "trace"


class TracedDatabaseBackend(DatabaseBackend):
    """django-tasks-db's backend; beside a task's arguments lies the id of its request."""

    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> "DBTaskResult[Any, Any]":
        result: DBTaskResult[Any, Any] = super()._task_to_db_task(task, args, kwargs)
        context = {REQUEST_ID: current_request_id(), TRACE: carried()}
        if any(context.values()):
            result.args_kwargs |= {name: value for name, value in context.items() if value}
            result.save(update_fields=["args_kwargs"])
        return result
