"""Who may do what with a file or a folder: one table, asked by every page and every operation.

What somebody may not see does not exist for them; what they see but may not do is refused in
words. Administrators have no role here: running the site opens nobody's vault.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_cte import CTE, with_cte

from files.errors import NotAllowedError
from files.models import Grant, Node, Share, Upload
from files.tree import ancestors


class Action(StrEnum):
    # The name, the facts, the preview; what a folder holds.
    SEE = "see"
    # The bytes: a file, a folder as a zip, an older version.
    DOWNLOAD = "download"
    # Files and folders into a folder.
    ADD = "add"
    # A file's content: a new version, an older one restored.
    CHANGE = "change"
    # Rename, move, put into the trash, take back out of it.
    ARRANGE = "arrange"
    # Who did what with it.
    WATCH = "watch"
    # Links, people, requests.
    SHARE = "share"
    # What touches the owner's vault as a whole: the trash for good, versions for good.
    PURGE = "purge"


class Role(Enum):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"
    LINK = "guest of a link"
    LINK_VIEW = "guest of a link to look at"
    REQUEST = "guest of a file request"
    STRANGER = "stranger"


TABLE: Mapping[Role, frozenset[Action]] = {
    Role.OWNER: frozenset(Action),
    Role.EDITOR: frozenset(
        {
            *(Action.SEE, Action.DOWNLOAD, Action.ADD),
            *(Action.CHANGE, Action.ARRANGE, Action.WATCH),
        }
    ),
    Role.VIEWER: frozenset({Action.SEE, Action.DOWNLOAD}),
    Role.LINK: frozenset({Action.SEE, Action.DOWNLOAD}),
    Role.LINK_VIEW: frozenset({Action.SEE}),
    Role.REQUEST: frozenset({Action.ADD}),
    Role.STRANGER: frozenset(),
}

WORDS = {
    Action.DOWNLOAD: gettext_lazy("This is shared with you to look at, not to download."),
    Action.ADD: gettext_lazy(
        "You can look at this folder, not add to it. Ask its owner to let you edit."
    ),
    Action.CHANGE: gettext_lazy(
        "You can look at this, not change it. Ask its owner to let you edit."
    ),
    Action.ARRANGE: gettext_lazy(
        "You can look at this, not change it. Ask its owner to let you edit."
    ),
    Action.WATCH: gettext_lazy(
        "What is done with this is shown to its owner and to those who may edit it."
    ),
    Action.SHARE: gettext_lazy("Only its owner can share this."),
    Action.PURGE: gettext_lazy("Only its owner can delete this for good."),
}
TOP_WORDS = gettext_lazy(
    "This was shared with you itself, so its name and place are for its owner to change."
)
ELSEWHERE_WORDS = gettext_lazy(
    "Move things within one shared folder. To take them out of it, download them."
)


@dataclass(frozen=True)
class Standing:
    """What somebody is to one file or folder, and through which shared folders."""

    role: Role
    # Ids of what was shared: the nodes on the way here (this one too) that they were let into.
    shared: frozenset[UUID] = field(default_factory=frozenset)
    # Those of them that they may edit.
    edited: frozenset[UUID] = field(default_factory=frozenset)


OWNER = Standing(Role.OWNER)
STRANGER = Standing(Role.STRANGER)


def standings(user: AbstractBaseUser, nodes: Iterable[Node]) -> dict[UUID, Standing]:
    """Return what the person is to each node: no query for their own, two for all others."""
    nodes = list(nodes)
    others = [node.pk for node in nodes if node.owner_id != user.pk]
    ways = _ways_to(others) if others else {}
    above = {pk for way in ways.values() for pk in way}
    grants = Grant.objects.held_by(user).filter(node__in=above) if above else []
    roles: dict[UUID, set[str]] = {}
    for grant in grants:
        roles.setdefault(grant.node_id, set()).add(grant.role)
    return {
        node.pk: _of_way(ways[node.pk], roles) if node.pk in ways else _own(user, node)
        for node in nodes
    }


def _own(user: AbstractBaseUser, node: Node) -> Standing:
    return OWNER if node.owner_id == user.pk else STRANGER


def _of_way(way: Iterable[UUID], roles: Mapping[UUID, set[str]]) -> Standing:
    shared = frozenset(pk for pk in way if pk in roles)
    edited = frozenset(pk for pk in shared if Grant.Role.EDITOR in roles[pk])
    if not shared:
        return STRANGER
    return Standing(Role.EDITOR if edited else Role.VIEWER, shared, edited)


def standing_of(user: AbstractBaseUser, node: Node) -> Standing:
    return standings(user, [node])[node.pk]


def link_role(share: Share) -> Role:
    return Role.LINK_VIEW if share.view_only else Role.LINK


def allows(role: Role, action: Action) -> bool:
    return action in TABLE[role]


def permits(standing: Standing, action: Action, node: Node) -> bool:
    """Say whether somebody who stands there may do it with this node.

    What was shared itself stands in a folder that its guests do not see: another name could meet
    one there. So its name and place are the owner's.
    """
    if not allows(standing.role, action):
        return False
    if action is Action.ARRANGE and standing.role is Role.EDITOR:
        return bool(standing.edited - {node.pk})
    return True


def may(user: AbstractBaseUser, action: Action, node: Node) -> bool:
    """Say whether the person may do it with the node. Living or not is another question."""
    return permits(standing_of(user, node), action, node)


def require(user: AbstractBaseUser, action: Action, nodes: Sequence[Node]) -> None:
    """Raise Node.DoesNotExist for what the person may not see, NotAllowedError for the rest."""
    found = standings(user, nodes)
    if any(found[node.pk].role is Role.STRANGER for node in nodes):
        raise Node.DoesNotExist
    for node in nodes:
        if not permits(found[node.pk], action, node):
            top = allows(found[node.pk].role, action)
            raise NotAllowedError(str(TOP_WORDS if top else WORDS[action]))


def require_sending(user: AbstractBaseUser, upload: Upload) -> None:
    """Raise as `require` does, where the person may not put there any more what they send."""
    if upload.target is not None:
        require(user, Action.CHANGE, [upload.target])
    else:
        require(user, Action.ADD, [upload.folder])


def require_move(user: AbstractBaseUser, nodes: Sequence[Node], target: Node) -> None:
    """Raise as `require` does, and where a guest would take things out of a shared folder."""
    require(user, Action.ARRANGE, nodes)
    require(user, Action.ADD, [target])
    found = standings(user, [*nodes, target])
    for node in nodes:
        within = found[node.pk].edited & found[target.pk].edited - {node.pk}
        if node.owner_id != target.owner_id or (node.owner_id != user.pk and not within):
            raise NotAllowedError(str(ELSEWHERE_WORDS))


def require_copy(user: AbstractBaseUser, nodes: Sequence[Node], target: Node) -> None:
    """Raise as `require` does, and where a copy would go from one vault into another."""
    require(user, Action.DOWNLOAD, nodes)
    require(user, Action.ADD, [target])
    if any(node.owner_id != target.owner_id for node in nodes):
        raise NotAllowedError(_("Copies stay in the vault of their owner. Download it instead."))


def visible_nodes(user: AbstractBaseUser) -> QuerySet[Node]:
    """Return every living node that the person may see: their own, and what is shared with them.

    What is shared is walked down from what was shared: the cost grows with it, and is one index
    lookup where nothing is.
    """
    return Node.objects.living().filter(Q(owner=user) | Q(pk__in=_shared_ids(user)))


def shared_nodes(user: AbstractBaseUser) -> QuerySet[Node]:
    """Return every living node of others that the person may see."""
    return Node.objects.living().filter(pk__in=_shared_ids(user)).exclude(owner=user.pk)


def seen_among(user: AbstractBaseUser, nodes: Iterable[Node]) -> list[Node]:
    """Return those of the nodes that the person may see; no query where all are their own.

    For pages of what rows of the person's own name, such as stars. As a subquery, `visible_nodes`
    would have PostgreSQL read every node there is.
    """
    nodes = list(nodes)
    found = standings(user, nodes)
    return [node for node in nodes if found[node.pk].role is not Role.STRANGER]


def _shared_ids(user: AbstractBaseUser) -> QuerySet[Any, Any]:
    tops = Grant.objects.held_by(user).values("node")

    def descend(cte: CTE) -> QuerySet[Any, Any]:
        living = Node.objects.living()
        below = cte.join(living, parent_id=cte.col.id).values("id")
        return living.filter(pk__in=tops).values("id").union(below, all=True)

    shared = CTE.recursive(descend)
    ids: QuerySet[Any, Any] = with_cte(shared, select=shared.queryset().values("id"))
    return ids


def _ways_to(ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Return for each node the ids of those above it, and its own: one query for any depth."""

    def climb(cte: CTE) -> QuerySet[Any, Any]:
        start = Node.objects.filter(pk__in=ids).values("id", "parent_id", start=F("id"))
        above = cte.join(Node, id=cte.col.parent_id).values("id", "parent_id", start=cte.col.start)
        return start.union(above, all=True)

    path = CTE.recursive(climb)
    ways: dict[UUID, set[UUID]] = {}
    for row in with_cte(path, select=path.queryset().values("id", "start")):
        ways.setdefault(row["start"], set()).add(row["id"])
    return ways


def visible_way(user: AbstractBaseUser, node: Node) -> list[Node]:
    """Return the way to the node, the node last, without what lies above what is shared."""
    way = ancestors(node)
    if node.owner_id == user.pk:
        return way
    shared = standing_of(user, node).shared
    first = next((place for place, step in enumerate(way) if step.pk in shared), len(way))
    return way[first:]
