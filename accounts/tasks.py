"""What workers do for accounts; the tasks only find their way."""

from uuid import UUID

from django.tasks import task
from django.utils.module_loading import import_string


# By name: the module that this leads to enqueues it, so that neither could import the other.
@task()
def archive(archive_id: str) -> None:
    import_string("accounts.archives.make")(archive_id=UUID(archive_id))


def enqueue_archive(archive_id: UUID) -> None:
    archive.enqueue(str(archive_id))
