"""The trash: deleted things keep their place, and come back to it."""

import logging
import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone

from files.activity import SITE, Act, record
from files.conflicts import free_name
from files.models import Activity, Blob, Node, Version
from files.names import name_fields
from files.quota import give_back_space
from files.tree import ancestors, lock_tree, subtree_ids

logger = logging.getLogger(__name__)

BATCH = 1000


@transaction.atomic
def trash_nodes(*, owner: AbstractBaseUser, nodes: Sequence[Node], act: Act = SITE) -> list[UUID]:
    """Move the nodes, with all they hold, to the trash. Returns the ids it shows for them.

    What is gone already is left alone, so that doing it twice does it once.
    """
    lock_tree(owner.pk)
    now = timezone.now()
    trashed: list[Node] = []
    for node in nodes:
        living = Node.objects.owned_by(owner).living().below_root().filter(pk=node.pk)
        if not living.exists():
            # Deleted along with a folder that was deleted a moment ago, or before.
            continue
        for batch in _batches(subtree_ids([node])):
            Node.objects.filter(pk__in=batch).update(trashed_at=now, trash_root=node)
        trashed.append(node)
    record(Activity.Kind.DELETED, trashed, act)
    return [node.pk for node in trashed]


@transaction.atomic
def restore_nodes(*, owner: AbstractBaseUser, nodes: Sequence[Node], act: Act = SITE) -> list[Node]:
    """Put the nodes back where they were, with all that was deleted along with them.

    Where the folder has gone, the nearest one above it that is left takes them; where the name
    has been taken since, they get a number. Returns the nodes.
    """
    lock_tree(owner.pk)
    restored = []
    for node in Node.objects.owned_by(owner).in_trash().filter(pk__in=[n.pk for n in nodes]):
        node.parent = next(
            folder for folder in reversed(ancestors(node)[:-1]) if folder.trashed_at is None
        )
        node.name = free_name(node.parent, node.name)
        node.trashed_at = node.trash_root = None
        Node.objects.filter(trash_root=node.pk).exclude(pk=node.pk).update(
            trashed_at=None, trash_root=None
        )
        Node.objects.filter(pk=node.pk).update(
            parent=node.parent, trashed_at=None, trash_root=None, **name_fields(node.name)
        )
        restored.append(node)
    record(Activity.Kind.RESTORED, restored, act)
    return restored


@transaction.atomic
def purge_nodes(*, owner: AbstractBaseUser, nodes: Sequence[Node], act: Act = SITE) -> int:
    """Delete the nodes from the trash for good. Returns how many files and folders that were.

    Their space is given back at once, and their blobs go with a later sweep, if nothing else
    holds them.
    """
    root = lock_tree(owner.pk)
    tops = list(Node.objects.owned_by(owner).in_trash().filter(pk__in=[n.pk for n in nodes]))
    record(Activity.Kind.PURGED, tops, act)
    purged = 0
    released: set[UUID] = set()
    for top in tops:
        going = Node.objects.filter(trash_root=top)
        # Things deleted on their own before the folder around them stay in the trash.
        staying = Node.objects.in_trash().filter(parent__trash_root=top).exclude(pk=top.pk)
        staying.update(parent=root)
        versions = Version.objects.filter(node__trash_root=top)
        released.update(versions.values_list("blob_id", flat=True))
        purged += going.count()
        going.delete()
    give_back_space(owner_id=owner.pk, blob_ids=released)
    return purged


def purge_trash(*, owner: AbstractBaseUser, act: Act = SITE) -> int:
    """Empty the owner's trash. Returns how many files and folders that were.

    Each of its entries in a transaction of its own: SQLite has one writer at a time, and others
    should not wait for 100,000 rows to go.
    """
    nodes = list(Node.objects.owned_by(owner).in_trash())
    return sum(purge_nodes(owner=owner, nodes=[node], act=act) for node in nodes)


def purge_old_trash() -> int:
    """Delete for good what has been in anyone's trash longer than FILES_TRASH_DAYS."""
    limit = timezone.now() - timedelta(days=settings.FILES_TRASH_DAYS)
    old = Node.objects.in_trash().filter(trashed_at__lt=limit).select_related("owner")
    by_owner: dict[UUID, list[Node]] = {}
    for node in old:
        by_owner.setdefault(node.owner_id, []).append(node)
    purged = sum(purge_nodes(owner=nodes[0].owner, nodes=nodes) for nodes in by_owner.values())
    logger.info("purged old trash nodes=%d", purged)
    return purged


def bytes_in_trash(owner: AbstractBaseUser) -> int:
    """Return what emptying the trash would give back. Its cost grows with what is in there."""
    versions = Version.objects.filter(node__owner=owner.pk)
    trashed = versions.filter(node__trashed_at__isnull=False).values("blob")
    living = versions.filter(blob=OuterRef("pk"), node__trashed_at=None)
    blobs = Blob.objects.filter(~Exists(living), pk__in=trashed)
    return int(blobs.aggregate(bytes=Sum("size", default=0))["bytes"])


def days_left(node: Node) -> int:
    """Return in how many days the entry goes by itself; 0: with the next hour's job."""
    if node.trashed_at is None:
        raise ValueError(node)
    goes_at = node.trashed_at + timedelta(days=settings.FILES_TRASH_DAYS)
    return max(0, math.ceil((goes_at - timezone.now()) / timedelta(days=1)))


def _batches(ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
