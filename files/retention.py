"""Older versions that go by themselves: beyond FILES_VERSIONS_KEPT, or FILES_VERSIONS_DAYS."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from files.activity import SITE, record
from files.models import Activity, Node, Version
from files.quota import give_back_space
from files.tree import lock_tree

logger = logging.getLogger(__name__)


def prune_versions() -> int:
    """Delete what has had its time, of files that are not in the trash. Returns how many.

    The newest version always stays, however old it is.
    """
    pruned = sum(_prune(node_id) for node_id in _overfull())
    logger.info("pruned versions=%d", pruned)
    return pruned


def _outlived() -> QuerySet[Version]:
    """Return what was replaced too long ago. What counts is since when, not how old it was then."""
    limit = timezone.now() - timedelta(days=settings.FILES_VERSIONS_DAYS)
    newer = Version.objects.filter(
        node=OuterRef("node"), number__gt=OuterRef("number"), created_at__lt=limit
    )
    return Version.objects.filter(Exists(newer))


def _overfull() -> Iterator[UUID]:
    living = Version.objects.filter(node__trashed_at=None).order_by()
    if settings.FILES_VERSIONS_KEPT:
        counted = living.values("node").annotate(held=Count("pk"))
        crowded = counted.filter(held__gt=settings.FILES_VERSIONS_KEPT)
        yield from crowded.values_list("node", flat=True).iterator(chunk_size=1000)
    if settings.FILES_VERSIONS_DAYS:
        old = _outlived().filter(node__trashed_at=None).order_by().values_list("node", flat=True)
        yield from old.distinct().iterator(chunk_size=1000)


@transaction.atomic
def _prune(node_id: UUID) -> int:
    node = Node.objects.filter(pk=node_id).first()
    if node is None:
        return 0
    lock_tree(node.owner_id)
    node = Node.objects.living().filter(pk=node_id).first()
    if node is None:
        return 0
    going = _going(node)
    if going:
        numbers = ", ".join(str(version.number) for version in going)
        record(Activity.Kind.PURGED, [node], SITE, detail=f"versions {numbers}, by age or count")
        Version.objects.filter(pk__in=[version.pk for version in going]).delete()
        give_back_space(owner_id=node.owner_id, blob_ids=[version.blob_id for version in going])
    return len(going)


def _going(node: Node) -> list[Version]:
    versions = list(Version.objects.filter(node=node).order_by("-number"))
    going: set[UUID] = set()
    if settings.FILES_VERSIONS_KEPT:
        going.update(version.pk for version in versions[settings.FILES_VERSIONS_KEPT :])
    if settings.FILES_VERSIONS_DAYS:
        going.update(_outlived().filter(node=node).values_list("pk", flat=True))
    # Never the first of them, which is what the file holds.
    return [version for version in versions[1:] if version.pk in going]
