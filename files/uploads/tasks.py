"""The tasks that workers run for uploads; they only find their way."""

from uuid import UUID

from django.tasks import task
from django.utils.module_loading import import_string


# By name: the modules that these lead to enqueue them, so that neither could import the other.
@task()
def complete(upload_id: str) -> None:
    import_string("files.uploads.background.finish_upload")(upload_id=UUID(upload_id))


@task()
def digest(blob_id: str) -> None:
    import_string("files.uploads.background.digest_blob")(blob_id=UUID(blob_id))


def enqueue_completion(upload_id: UUID) -> None:
    complete.enqueue(str(upload_id))


def enqueue_digest(blob_id: UUID) -> None:
    digest.enqueue(str(blob_id))
