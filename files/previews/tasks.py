"""The task that workers run; it only finds its way to make.py."""

from uuid import UUID

from django.tasks import task
from django.utils.module_loading import import_string


@task(queue_name="previews")
def make(preview_id: str) -> None:
    # By name: make.py enqueues this task, so that neither could import the other first.
    import_string("files.previews.make.make_preview")(preview_id=UUID(preview_id))


def enqueue_preview(preview_id: UUID) -> None:
    make.enqueue(str(preview_id))
