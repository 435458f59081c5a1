"""A selection as one zip, streamed: no temporary file, no more memory than a chunk."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from zipstream import ZipStream

from files.blobs import read_blob
from files.errors import QuarantineError, TooLargeError
from files.models import Node
from files.names import name_key, numbered

DAMAGED = f"{QuarantineError()}\n".encode()


def zip_nodes(*, nodes: Sequence[Node]) -> ZipStream:
    """Return the nodes, with all they hold, as a zip whose length is known beforehand.

    Stored, not compressed: photos and films do not shrink, and a known length gives the browser
    its progress bar. Zip64 where it is needed. Raises TooLargeError over FILES_ZIP_MAX_ENTRIES.
    """
    stream = ZipStream(sized=True)
    entries = 0
    level = _distinct(nodes)
    while level:
        entries += len(level)
        if entries > settings.FILES_ZIP_MAX_ENTRIES:
            raise TooLargeError(
                _("A zip may hold %(most)s entries. Choose fewer at once.")
                % {"most": intcomma(settings.FILES_ZIP_MAX_ENTRIES)}
            )
        folders: dict[UUID | None, str] = {}
        for node, path in level:
            if node.content is not None and node.content.quarantined_at is not None:
                # In its place: the others should not have to stay behind for its sake.
                stream.add(DAMAGED, f"{path} is damaged.txt", size=len(DAMAGED))
            elif node.content is not None:
                stream.add(read_blob(node.content), path, size=node.content.size)
            else:
                stream.mkdir(path)
                folders[node.pk] = path
        children = (
            Node.objects.living()
            .filter(parent__in=list(folders))
            .select_related("content")
            .order_by("sort_key")
        )
        level = [(child, f"{folders[child.parent_id]}/{child.name}") for child in children]
    return stream


def _distinct(nodes: Sequence[Node]) -> list[tuple[Node, str]]:
    """Return the nodes with the names they get: a search can choose two of the same name."""
    taken: set[str] = set()
    named = []
    for node in nodes:
        name, number = node.name, 1
        while name_key(name) in taken:
            number += 1
            name = numbered(node.name, number)
        taken.add(name_key(name))
        named.append((node, name))
    return named
