"""The tree: one root per owner, folders below it, and the paths through them."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import IntegerField, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django_cte import CTE, with_cte

from files.activity import SITE, Act, record
from files.errors import IntoItselfError, InvalidNameError, NameTakenError
from files.models import Activity, Node
from files.names import clean_name, clean_path, name_fields, name_key


def root_of(owner: AbstractBaseUser) -> Node:
    """Return the folder that stands for the owner's whole vault, made on the first call."""
    root, _made = Node.objects.get_or_create(
        owner_id=owner.pk,
        parent=None,
        defaults={"kind": Node.Kind.FOLDER, "modified_at": timezone.now()},
    )
    return root


def lock_tree(owner_id: UUID) -> Node:
    """Hold the owner's tree until the transaction ends, and return its root.

    Whatever changes the tree takes this lock first. So two moves cannot make a circle, and two
    uploads of one name cannot both find it free. Other owners are not held up (SQLite, which has
    one writer at a time, holds everyone).
    """
    return Node.objects.select_for_update().get(owner_id=owner_id, parent=None)


def living_folder(folder: Node) -> Node:
    """Return the folder as it is now. Raises Node.DoesNotExist if it has been deleted."""
    return Node.objects.living().folders().get(pk=folder.pk)


def living_file(node: Node) -> Node:
    """Return the file as it is now. Raises Node.DoesNotExist if it has been deleted."""
    return Node.objects.living().files().get(pk=node.pk)


def ancestors(node: Node) -> list[Node]:
    """Return the way to the node, the root first, the node last: one query for any depth."""

    def climb(cte: CTE) -> models.QuerySet[Any, Any]:
        start = Node.objects.filter(pk=node.pk).values(
            "id", "parent_id", height=Value(0, output_field=IntegerField())
        )
        above = cte.join(Node, id=cte.col.parent_id).values(
            "id", "parent_id", height=cte.col.height + Value(1, output_field=IntegerField())
        )
        return start.union(above, all=True)

    path = CTE.recursive(climb)
    rows = with_cte(path, select=path.join(Node, id=path.col.id).annotate(height=path.col.height))
    return list(rows.order_by("-height"))


def subtree_ids(nodes: Iterable[Node], *, living: bool = True) -> list[UUID]:
    """Return the ids of the nodes and of everything below them: one query for any depth."""
    ids = [node.pk for node in nodes]
    known = Node.objects.living() if living else Node.objects.all()

    def descend(cte: CTE) -> models.QuerySet[Any, Any]:
        below = cte.join(known, parent_id=cte.col.id).values("id")
        return known.filter(pk__in=ids).values("id").union(below, all=True)

    below = CTE.recursive(descend)
    return [row["id"] for row in with_cte(below, select=below.queryset())]


def find_folder(*, folder: Node, names: Sequence[str]) -> Node | None:
    """Return the living folder that the names lead to from `folder`, or None."""
    place: Node | None = folder
    for name in names:
        place = (
            Node.objects.living().folders().filter(parent=place, name_key=name_key(name)).first()
        )
        if place is None:
            return None
    return place


@transaction.atomic
def create_folder(*, parent: Node, name: str, act: Act = SITE) -> Node:
    """Make a folder. Raises InvalidNameError or NameTakenError."""
    name = clean_name(name)
    lock_tree(parent.owner_id)
    parent = living_folder(parent)
    if Node.objects.living().filter(parent=parent, name_key=name_key(name)).exists():
        raise NameTakenError([name])
    check_depth(parent)
    folder = new_folder(parent, name)
    record(Activity.Kind.FOLDER_MADE, [folder], act)
    return folder


@transaction.atomic
def create_folders(*, folder: Node, paths: Iterable[str], act: Act = SITE) -> list[Node]:
    """Make folders at the relative paths below `folder`, all or none; those that are there stay.

    Returns those at the ends of the paths. Raises InvalidNameError, or NameTakenError where a file
    is in the way.
    """
    ways = [clean_path(path) for path in paths]
    lock_tree(folder.owner_id)
    folder = living_folder(folder)
    places: dict[tuple[str, ...], Node] = {(): folder}
    made = [_ensure_way(tuple(names), places) for names in ways]
    record(Activity.Kind.FOLDER_MADE, made, act)
    return made


def _ensure_way(way: tuple[str, ...], places: dict[tuple[str, ...], Node]) -> Node:
    """As ensure_folders, from the last folder of the way that `places` knows."""
    known = next(end for end in range(len(way), -1, -1) if way[:end] in places)
    if known < len(way):
        check_depth(places[way[:known]], more=len(way) - known - 1)
    for end in range(known, len(way)):
        places[way[: end + 1]] = _ensure_folder(places[way[:end]], way[end])
    return places[way]


def check_depth(parent: Node, *, more: int = 0) -> None:
    """Raise InvalidNameError unless a folder fits below, with `more` in between."""
    if len(ancestors(parent)) + more > settings.FILES_DEPTH:
        raise InvalidNameError(
            _("Folders go at most %(levels)s levels deep.") % {"levels": settings.FILES_DEPTH}
        )


def refuse_too_deep(nodes: Iterable[Node], target: Node) -> None:
    """Raise InvalidNameError where folders among the nodes would reach too deep in the target.

    What is in the trash inside of them counts: it may come back. Two queries for any depth.
    """
    folders = [node for node in nodes if node.is_folder]
    if folders:
        check_depth(target, more=_levels(folders) - 1)


def _levels(folders: Iterable[Node]) -> int:
    """Return how many folders stand in each other, at most, from these on; 1 for an empty one."""
    ids = [folder.pk for folder in folders]
    known, one = Node.objects.folders(), Value(1, output_field=IntegerField())

    def descend(cte: CTE) -> models.QuerySet[Any, Any]:
        below = cte.join(known, parent_id=cte.col.id).values("id", level=cte.col.level + one)
        return known.filter(pk__in=ids).values("id", level=one).union(below, all=True)

    below = CTE.recursive(descend)
    deepest = with_cte(below, select=below.queryset()).order_by("-level")[:1]
    level: int = deepest[0]["level"]
    return level


def new_folder(parent: Node, name: str) -> Node:
    return Node.objects.create(
        owner_id=parent.owner_id,
        parent=parent,
        kind=Node.Kind.FOLDER,
        **name_fields(name),
        modified_at=timezone.now(),
    )


def ensure_folders(*, folder: Node, names: Sequence[str]) -> Node:
    """Return the folder that the clean names lead to, with those made that are missing.

    Call it with the tree locked. Raises NameTakenError where a file stands in the way.
    """
    if names:
        check_depth(folder, more=len(names) - 1)
    place = folder
    for name in names:
        place = _ensure_folder(place, name)
    return place


def _ensure_folder(place: Node, name: str) -> Node:
    found = Node.objects.living().filter(parent=place, name_key=name_key(name)).first()
    if found is not None and not found.is_folder:
        raise NameTakenError([name])
    return found or new_folder(place, name)


@transaction.atomic
def rename_node(*, node: Node, name: str, act: Act = SITE) -> Node:
    """Give a file or folder another name. Raises InvalidNameError or NameTakenError."""
    name = clean_name(name)
    lock_tree(node.owner_id)
    node = Node.objects.living().below_root().get(pk=node.pk)
    key = name_key(name)
    siblings = Node.objects.living().filter(parent=node.parent_id, name_key=key)
    if siblings.exclude(pk=node.pk).exists():
        raise NameTakenError([name])
    fields = name_fields(name)
    Node.objects.filter(pk=node.pk).update(**fields)
    before, node.name = node.name, name
    record(Activity.Kind.RENAMED, [node], act, detail=before)
    return node


def refuse_into_itself(nodes: Iterable[Node], target: Node) -> None:
    """Raise IntoItselfError where the target is one of the nodes or lies inside of one."""
    way = {ancestor.pk for ancestor in ancestors(target)}
    for node in nodes:
        if node.pk in way:
            raise IntoItselfError(
                _("“%(name)s” cannot go into itself. Choose another folder.") % {"name": node.name}
            )
