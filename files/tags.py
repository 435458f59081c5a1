"""Tags: a person's own words on whatever they may see."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from files.errors import TagError, TagTakenError
from files.models import Node, NodeTag, Tag
from files.names import clean_name, name_key
from files.tree import lock_tree, root_of

MAX_LENGTH = 50


def tags_of(user: AbstractBaseUser) -> list[Tag]:
    """Return the person's tags in order, each with `count`, the living things it is on."""
    living = Count("nodes", filter=Q(nodes__trashed_at=None))
    return list(Tag.objects.owned_by(user).annotate(count=living).order_by("name_key"))


def tags_on(user: AbstractBaseUser, ids: Collection[UUID]) -> dict[UUID, list[Tag]]:
    """Return the person's tags on each of the nodes, in order. One query."""
    links = NodeTag.objects.filter(node__in=ids, tag__owner=user.pk)
    found: dict[UUID, list[Tag]] = {}
    for link in links.select_related("tag").order_by("tag__name_key"):
        found.setdefault(link.node_id, []).append(link.tag)
    return found


@transaction.atomic
def create_tag(*, user: AbstractBaseUser, name: str, colour: str = Tag.Colour.GREY) -> Tag:
    """Make a tag. Raises InvalidNameError or TagError."""
    name = clean_tag_name(name)
    _lock(user)
    if Tag.objects.owned_by(user).filter(name_key=name_key(name)).exists():
        raise TagError(_("There is a tag “%(name)s” already.") % {"name": name})
    return _new_tag(user, name, colour)


@transaction.atomic
def change_tag(*, tag: Tag, name: str, colour: str) -> Tag:
    """Give a tag another name and colour.

    Raises InvalidNameError, TagError, or TagTakenError where another tag has the name: merging
    two is never done in passing.
    """
    name = clean_tag_name(name)
    _lock(tag.owner)
    others = Tag.objects.owned_by(tag.owner).exclude(pk=tag.pk)
    if (taken := others.filter(name_key=name_key(name)).first()) is not None:
        raise TagTakenError(taken.name, tag_id=taken.pk)
    tag.name, tag.name_key, tag.colour = name, name_key(name), colour
    tag.save(update_fields=["name", "name_key", "colour"])
    return tag


@dataclass(frozen=True)
class Merger:
    """What merging a tag into another would do, in numbers of files and folders."""

    # That have the tag which goes; of them, those that have the other as well.
    having: int
    having_both: int
    # That will have the other.
    after: int
    # In the trash, not counted above: they change over as well.
    trashed: int


def plan_merger(*, tag: Tag, into: Tag) -> Merger:
    """Return what `merge_tags` would do now. Two queries. Raises TagError as that does."""
    _refuse_merger(tag, into)
    both = Exists(NodeTag.objects.filter(tag=into, node=OuterRef("node")))
    living = Q(node__trashed_at=None)
    found = (
        NodeTag.objects.filter(tag=tag)
        .annotate(both=both)
        .aggregate(
            having=Count("pk", filter=living),
            having_both=Count("pk", filter=living & Q(both=True)),
            trashed=Count("pk", filter=~living),
        )
    )
    there = NodeTag.objects.filter(living, tag=into).count()
    return Merger(**found, after=there + found["having"] - found["having_both"])


def _refuse_merger(tag: Tag, into: Tag) -> None:
    if tag.owner_id != into.owner_id or tag.pk == into.pk:
        raise TagError(_("Choose another tag to merge it into."))


@transaction.atomic
def merge_tags(*, tag: Tag, into: Tag) -> int:
    """Hang everything that has `tag` under `into`, and delete `tag`. Returns how many were new.

    There is no way back: which of them had which is not known any more.
    """
    _refuse_merger(tag, into)
    _lock(tag.owner)
    there = NodeTag.objects.filter(tag=into).values("node")
    moved = NodeTag.objects.filter(tag=tag).exclude(node__in=there).update(tag=into)
    tag.delete()
    return moved


@transaction.atomic
def delete_tag(*, tag: Tag) -> None:
    """Delete a tag. What it was on stays as it is."""
    tag.delete()


@transaction.atomic
def tag_nodes(
    *, user: AbstractBaseUser, nodes: Sequence[Node], add: Iterable[Tag], remove: Iterable[Tag] = ()
) -> tuple[list[NodeTag], int]:
    """Put tags on every node, and take others away.

    Returns the links that are new and how many are gone. Raises TagError where a node would have
    more than FILES_TAGS_PER_NODE; nothing is changed then.
    """
    _lock(user)
    ids = [node.pk for node in nodes]
    gone, _by_model = NodeTag.objects.filter(
        node__in=ids, tag__in=list(remove), tag__owner=user.pk
    ).delete()
    there = set(NodeTag.objects.filter(node__in=ids).values_list("tag_id", "node_id"))
    new = [NodeTag(tag=tag, node_id=pk) for tag in add for pk in ids if (tag.pk, pk) not in there]
    NodeTag.objects.bulk_create(new)
    _refuse_too_many(user, ids)
    return new, gone


@transaction.atomic
def set_tags(*, user: AbstractBaseUser, node: Node, names: Iterable[str]) -> None:
    """Let the node have exactly the person's tags of these names. Raises as tag_nodes does."""
    wanted = named_tags(user=user, names=names)
    others = [tag for tag in tags_on(user, [node.pk]).get(node.pk, []) if tag not in wanted]
    tag_nodes(user=user, nodes=[node], add=wanted, remove=others)


@transaction.atomic
def named_tags(*, user: AbstractBaseUser, names: Iterable[str]) -> list[Tag]:
    """Return the person's tags of these names, made where missing. Raises as create_tag does."""
    wanted = {name_key(name): name for name in map(clean_tag_name, names)}
    _lock(user)
    known = {tag.name_key: tag for tag in Tag.objects.owned_by(user).filter(name_key__in=wanted)}
    return [known.get(key) or _new_tag(user, name, Tag.Colour.GREY) for key, name in wanted.items()]


def clean_tag_name(raw: str) -> str:
    """Return a tag's name as one line. Raises InvalidNameError or TagError."""
    name = clean_name(" ".join(raw.split()))
    if len(name) > MAX_LENGTH:
        raise TagError(_("A tag has at most %(most)s letters.") % {"most": MAX_LENGTH})
    return name


def _new_tag(user: AbstractBaseUser, name: str, colour: str) -> Tag:
    if Tag.objects.owned_by(user).count() >= settings.FILES_TAGS:
        raise TagError(
            _("You have %(count)s tags, which is as many as there can be.")
            % {"count": settings.FILES_TAGS}
        )
    return Tag.objects.create(
        owner_id=user.pk, name=name, name_key=name_key(name), colour=Tag.Colour(colour)
    )


def _refuse_too_many(user: AbstractBaseUser, ids: Collection[UUID]) -> None:
    most = settings.FILES_TAGS_PER_NODE
    counts = NodeTag.objects.filter(node__in=ids, tag__owner=user.pk).values("node")
    if counts.annotate(number=Count("pk")).filter(number__gt=most).exists():
        raise TagError(
            _("A file or folder has at most %(most)s tags. Take one away first.") % {"most": most}
        )


def _lock(user: AbstractBaseUser) -> None:
    """Two at once must not make a tag twice, or one too many."""
    lock_tree(root_of(user).owner_id)
