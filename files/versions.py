"""Versions: what a file has held. The newest is what it holds."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from files.activity import SITE, Act
from files.models import Blob, Node, Version
from files.names import name_fields


@transaction.atomic
def create_file(*, folder: Node, name: str, blob: Blob, act: Act = SITE) -> Node:
    """Make a file of the blob. Call it with the tree locked and a clean, free name."""
    node = Node.objects.create(
        owner_id=folder.owner_id,
        parent=folder,
        kind=Node.Kind.FILE,
        **name_fields(name),
        size=blob.size,
        media_type=blob.media_type,
        content=blob,
        modified_at=timezone.now(),
    )
    maker = act.maker_for(node.owner_id)
    Version.objects.create(node=node, blob=blob, number=1, created_by_id=maker)
    return node


@transaction.atomic
def add_version(*, node: Node, blob: Blob, act: Act = SITE) -> Node:
    """Make the blob what the file holds. Call it with the tree locked."""
    newest = Version.objects.filter(node=node).aggregate(newest=Max("number"))["newest"] or 0
    maker = act.maker_for(node.owner_id)
    Version.objects.create(node=node, blob=blob, number=newest + 1, created_by_id=maker)
    node.content, node.size, node.media_type = blob, blob.size, blob.media_type
    node.modified_at = timezone.now()
    node.save(update_fields=["content", "size", "media_type", "modified_at"])
    return node
