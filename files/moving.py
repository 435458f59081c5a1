"""Moving and copying within a vault."""

from collections.abc import Sequence
from itertools import batched
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from files.activity import SITE, Act, record
from files.conflicts import Conflict, free_name, occupant
from files.errors import NameTakenError
from files.models import Activity, Node, Version
from files.names import name_fields
from files.trash import trash_nodes
from files.tree import living_folder, lock_tree, refuse_into_itself, refuse_too_deep
from files.versions import add_version

BATCH = 1000


@transaction.atomic
def move_nodes(
    *,
    owner: AbstractBaseUser,
    nodes: Sequence[Node],
    target: Node,
    conflict: Conflict,
    act: Act = SITE,
) -> list[Node]:
    """Put the nodes into the target folder. Returns those that are there now.

    All or none of them. Raises IntoItselfError, InvalidNameError where folders would reach too
    deep, or NameTakenError where `conflict` is ASK, or
    REPLACE with a folder on either side. A file that replaces another becomes its newest version,
    and goes to the trash itself: nothing is lost.
    """
    nodes, target = _fresh(owner, nodes, target)
    nodes = [node for node in nodes if node.parent_id != target.pk]
    refuse_into_itself(nodes, target)
    refuse_too_deep(nodes, target)
    placed = []
    for node, replaces in _settle(nodes, target, conflict):
        if replaces:
            placed.append(_replace(node, target, act))
            trash_nodes(owner=owner, nodes=[node], act=act)
            continue
        name = free_name(target, node.name)
        Node.objects.filter(pk=node.pk).update(parent=target, **name_fields(name))
        node.parent, node.name = target, name
        placed.append(node)
    record(Activity.Kind.MOVED, placed, act, detail=target.name or "Files")
    return placed


@transaction.atomic
def copy_nodes(
    *,
    owner: AbstractBaseUser,
    nodes: Sequence[Node],
    target: Node,
    conflict: Conflict,
    act: Act = SITE,
) -> list[Node]:
    """Copy the nodes, with all they hold, into the target folder. Returns the copies.

    No bytes are copied: the new files start with the blob of the newest version, which counts once
    however many files hold it. Raises as
    move_nodes does; a copy beside its original always gets a name of its own.
    """
    nodes, target = _fresh(owner, nodes, target)
    refuse_into_itself([node for node in nodes if node.is_folder], target)
    refuse_too_deep(nodes, target)
    beside = [node for node in nodes if node.parent_id == target.pk]
    others = [node for node in nodes if node.parent_id != target.pk]
    copies = []
    for node, replaces in [
        *_settle(beside, target, Conflict.KEEP_BOTH),
        *_settle(others, target, conflict),
    ]:
        name = free_name(target, node.name)
        copies.append(_replace(node, target, act) if replaces else _copy(node, target, name))
    record(Activity.Kind.COPIED, copies, act, detail=target.name or "Files")
    return copies


def _fresh(owner: AbstractBaseUser, nodes: Sequence[Node], target: Node) -> tuple[list[Node], Node]:
    """Lock the tree and read all again. Raises Node.DoesNotExist if something has gone."""
    lock_tree(owner.pk)
    ids = {node.pk for node in nodes}
    found = list(Node.objects.owned_by(owner).living().below_root().filter(pk__in=ids))
    if len(found) != len(ids):
        raise Node.DoesNotExist
    return found, living_folder(target)


def _settle(nodes: Sequence[Node], target: Node, conflict: Conflict) -> list[tuple[Node, bool]]:
    """Return which nodes go there, and whether each replaces what has its name."""
    settled: list[tuple[Node, bool]] = []
    refused: list[str] = []
    seen: set[str] = set()
    for node in nodes:
        there = occupant(target, node.name)
        if (there is None and node.name_key not in seen) or conflict is Conflict.KEEP_BOTH:
            settled.append((node, False))
        elif conflict is Conflict.REPLACE and there and not (node.is_folder or there.is_folder):
            settled.append((node, True))
        elif conflict is not Conflict.SKIP:
            refused.append(node.name)
        seen.add(node.name_key)
    if refused:
        raise NameTakenError(refused)
    return settled


def _replace(node: Node, target: Node, act: Act) -> Node:
    there = occupant(target, node.name)
    if there is None or node.content is None:
        raise Node.DoesNotExist
    return add_version(node=there, blob=node.content, act=act)


def _copy(node: Node, target: Node, name: str) -> Node:
    """Copy one node and what is below it, a level of the tree at a time.

    Held in memory are the folders of a level; of files, a batch.
    """
    top = _draft(node, target, name)
    _save([top])
    folders: dict[UUID | None, Node] = {node.pk: top} if node.is_folder else {}
    while folders:
        children = Node.objects.living().filter(parent__in=list(folders))
        below: dict[UUID | None, Node] = {}
        for batch in batched(children.iterator(chunk_size=BATCH), BATCH):
            copies = [_draft(child, folders[child.parent_id], child.name) for child in batch]
            _save(copies)
            made = zip(batch, copies, strict=True)
            below |= {child.pk: copy for child, copy in made if child.is_folder}
        folders = below
    return top


def _save(copies: Sequence[Node]) -> None:
    Node.objects.bulk_create(copies, batch_size=BATCH)
    _first_versions(copies)


def _draft(node: Node, parent: Node, name: str) -> Node:
    return Node(
        owner_id=node.owner_id,
        parent=parent,
        kind=node.kind,
        **name_fields(name),
        size=node.size,
        media_type=node.media_type,
        content_id=node.content_id,
        modified_at=timezone.now() if node.is_folder else node.modified_at,
    )


def _first_versions(nodes: Sequence[Node]) -> None:
    Version.objects.bulk_create(
        [
            Version(node=node, blob_id=node.content_id, number=1)
            for node in nodes
            if node.content_id is not None
        ],
        batch_size=BATCH,
    )
