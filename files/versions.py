"""Versions: what a file has held. The newest is what it holds."""

import re
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from files.activity import SITE, Act, record
from files.blobs import require_whole
from files.errors import VersionError
from files.models import Activity, Blob, Node, Version
from files.names import name_fields
from files.quota import give_back_space, take_space
from files.tree import lock_tree

PAGE = 50
NUMBER = re.compile(r"\d{1,9}", re.ASCII)


@transaction.atomic(savepoint=False)
def create_file(*, folder: Node, name: str, blob: Blob, act: Act = SITE) -> Node:
    """Make a file of the blob. Call it with the tree locked and a clean, free name.

    Raises QuotaError where there is no room for it.
    """
    take_space(blob)
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


@transaction.atomic(savepoint=False)
def add_version(*, node: Node, blob: Blob, act: Act = SITE) -> Node:
    """Make the blob what the file holds. Call it with the tree locked.

    Raises QuotaError where there is no room for it: the former version stays, and counts.
    """
    take_space(blob)
    newest = Version.objects.filter(node=node).aggregate(newest=Max("number"))["newest"] or 0
    maker = act.maker_for(node.owner_id)
    Version.objects.create(node=node, blob=blob, number=newest + 1, created_by_id=maker)
    node.content, node.size, node.media_type = blob, blob.size, blob.media_type
    node.modified_at = timezone.now()
    node.save(update_fields=["content", "size", "media_type", "modified_at"])
    return node


@transaction.atomic
def restore_version(*, version: Version, act: Act = SITE) -> Version:
    """Make what the file held then its newest version. Returns the newest.

    Nothing is lost by it: what the file held until now stays a version, which can be restored in
    turn. It takes no space. Raises Node.DoesNotExist where the file has been deleted,
    Version.DoesNotExist where the version has, VersionError for what the file holds already, and
    QuarantineError for what is damaged.
    """
    version = _held(version)
    if version.blob_id == version.node.content_id:
        raise VersionError(_("The file already holds this version."))
    require_whole(version.blob)
    node = add_version(node=version.node, blob=version.blob, act=act)
    record(Activity.Kind.REPLACED, [node], act, detail=f"version {version.number}")
    return newest_version(node)


@transaction.atomic
def delete_version(*, version: Version, act: Act = SITE) -> int:
    """Delete an older version for good. Returns the bytes that are free again.

    None, where another version or a copy of the file has the same content. Raises as
    restore_version does: what the file holds stays.
    """
    version = _held(version)
    if version.pk == newest_version(version.node).pk:
        raise VersionError(_("This is what the file holds. Restore another version first."))
    record(Activity.Kind.PURGED, [version.node], act, detail=f"version {version.number}")
    version.delete()
    return give_back_space(owner_id=version.node.owner_id, blob_ids=[version.blob_id])


@dataclass(frozen=True)
class VersionsPage:
    """`next_before` is the number before which the next page begins; 0 on the last one."""

    versions: list[Version]
    next_before: int
    # Of all pages.
    total: int


def versions_page(*, node: Node, before: str = "") -> VersionsPage:
    """Return a page of what the file has held, the newest first; two queries.

    Raises ValueError where `before` is no number of a version.
    """
    held = Version.objects.filter(node=node)
    total = held.count()
    if before:
        if not NUMBER.fullmatch(before):
            raise ValueError(before)
        held = held.filter(number__lt=int(before))
    related = held.select_related("blob", "created_by")
    versions = list(related.order_by("-number")[: PAGE + 1])
    more, versions = len(versions) > PAGE, versions[:PAGE]
    return VersionsPage(versions, versions[-1].number if more else 0, total)


def newest_version(node: Node) -> Version:
    return Version.objects.filter(node=node).latest("number")


def _held(version: Version) -> Version:
    """Lock the tree and read the version of a living file again."""
    lock_tree(version.node.owner_id)
    node = Node.objects.living().get(pk=version.node_id)
    version = Version.objects.select_related("blob").get(pk=version.pk)
    version.node = node
    return version
