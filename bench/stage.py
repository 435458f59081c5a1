"""Makes a folder of many entries in the site's own database: `python -m bench.stage ROOT NAME N`.

Runs beside the site, under the site's settings. Prints the folder's id.
"""

import sys
from uuid import UUID

import django

django.setup()

from django.utils import timezone  # noqa: E402  (after setup)

from bench.names import entry_name  # noqa: E402
from files.models import Blob, Node  # noqa: E402
from files.names import name_fields  # noqa: E402
from files.tree import create_folder  # noqa: E402

BATCH = 2000


def make_folder(root: UUID, name: str, count: int) -> UUID:
    folder = create_folder(parent=Node.objects.get(pk=root), name=name)
    if not count:
        return folder.pk
    # Bytes that nobody asks for: a listing reads rows alone.
    blob = Blob.objects.create(
        owner_id=folder.owner_id,
        key=f"bench/{folder.pk}",
        size=1,
        sha256="0" * 64,
        media_type="text/plain",
    )
    now = timezone.now()
    for start in range(0, count, BATCH):
        Node.objects.bulk_create(
            Node(
                owner_id=folder.owner_id,
                parent=folder,
                kind=Node.Kind.FILE,
                **name_fields(entry_name(number)),
                size=1,
                media_type="text/plain",
                content=blob,
                modified_at=now,
            )
            for number in range(start, min(start + BATCH, count))
        )
    return folder.pk


if __name__ == "__main__":
    print(make_folder(UUID(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
