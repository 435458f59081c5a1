"""The queue of tasks, which remembers for each the request that asked for it."""

from typing import TYPE_CHECKING, Any

from django_tasks_db.backend import DatabaseBackend

from devops360.observability.context import current_request_id

if TYPE_CHECKING:
    # Not at run time: backends are made while apps are still loading.
    from django_tasks_db.models import DBTaskResult

REQUEST_ID = "request_id"


class TracedDatabaseBackend(DatabaseBackend):
    """django-tasks-db's backend; beside a task's arguments lies the id of its request."""

    def _task_to_db_task(self, task: Any, args: Any, kwargs: Any) -> "DBTaskResult[Any, Any]":
        result: DBTaskResult[Any, Any] = super()._task_to_db_task(task, args, kwargs)
        if request_id := current_request_id():
            result.args_kwargs[REQUEST_ID] = request_id
            result.save(update_fields=["args_kwargs"])
        return result
