"""Search across all that a person may see: by name, kind, size, time, tag."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connections
from django.db.models import QuerySet

from files.groups import Group, condition_of
from files.listing import Cursor, Order, Page, Sort, after_cursor, cut
from files.models import Grant, Node
from files.names import search_key
from files.policy import shared_nodes
from files.short_words import LONGEST, HoldsShort

PAGE = 50
# The newest first. What people look for is seldom old; and what many names hold is spread evenly
# over time, so that an index in this order is read no further than to the end of a page. In the
# order of names a common word would be found behind hundreds of thousands of others.
ORDER = Order(Sort.MODIFIED, descending=True)
MAX_WORDS = 8
BATCH = 2000


@dataclass(frozen=True)
class Criteria:
    """What is looked for; everything that is given must hold.

    `words`: each is somewhere in the name, whatever its case and accents. Sizes in bytes, both
    included. `since` is included, `before` is not. `tag` is one of the person's own.
    """

    words: str = ""
    group: Group | None = None
    min_size: int | None = None
    max_size: int | None = None
    since: datetime | None = None
    before: datetime | None = None
    tag: UUID | None = None
    starred: bool = False

    @property
    def keys(self) -> list[str]:
        """The words as they are compared. No name holds a NUL, and PostgreSQL takes none."""
        return search_key(self.words.replace("\0", "")).split()[:MAX_WORDS]

    @property
    def only_short_words(self) -> bool:
        """Whether nothing is asked for but words in which there is no trigram."""
        words = self.keys
        alone = self == replace(Criteria(), words=self.words)
        return alone and bool(words) and all(len(word) <= LONGEST for word in words)

    @property
    def is_empty(self) -> bool:
        """Whether nothing that narrows is asked for: then nothing is found, not everything."""
        return not self.keys and self == replace(Criteria(), words=self.words)


def search_page(*, owner: AbstractBaseUser, criteria: Criteria, after: Cursor | None) -> Page:
    """Return what the criteria find in the person's own vault and in what is shared with them.

    The newest first. One query, one that asks whether anything is shared, and one for that: each
    reads what it needs from one index (docs/performance.md).
    """
    if criteria.is_empty:
        return Page([], "")
    own = Node.objects.owned_by(owner).living()
    if criteria.only_short_words:
        found = _first_by_keys(own, criteria, after)
    else:
        found = _first(own.below_root(), owner, criteria, after)
    if Grant.objects.held_by(owner).exists():
        found += _first(shared_nodes(owner), owner, criteria, after)
        found.sort(key=lambda node: (node.modified_at, node.pk.hex), reverse=True)
    return cut(found[: PAGE + 1], ORDER, PAGE)


def _first(
    nodes: QuerySet[Node], user: AbstractBaseUser, criteria: Criteria, after: Cursor | None
) -> list[Node]:
    """Return the first of the nodes that are found behind the cursor: a page, and one more."""
    nodes = _narrow(nodes, user, criteria)
    return list(after_cursor(nodes.select_related("parent"), ORDER, after)[: PAGE + 1])


def _first_by_keys(nodes: QuerySet[Node], criteria: Criteria, after: Cursor | None) -> list[Node]:
    """Return what _first does, reading one index, and the rows that it finds.

    What is common PostgreSQL finds in the order of time: that index holds the keys, and where a
    condition asks for more than it holds, each row is read. What is rare it finds by its pairs of
    letters. The root has no key, so that no word finds it.
    """
    nodes = _with_words(nodes, criteria)
    found = after_cursor(nodes, ORDER, after).values("pk")[: PAGE + 1]
    rows = Node.objects.filter(pk__in=found).select_related("parent")
    return list(after_cursor(rows, ORDER, None))


def _with_words(nodes: QuerySet[Node], criteria: Criteria) -> QuerySet[Node]:
    words, short = criteria.keys, []
    if connections[nodes.db].vendor == "postgresql":
        short = [word for word in words if len(word) <= LONGEST]
    for word in words:
        if word not in short:
            nodes = nodes.filter(search_key__contains=word)
    return nodes.filter(HoldsShort("search_key", short)) if short else nodes


def _narrow(nodes: QuerySet[Node], user: AbstractBaseUser, criteria: Criteria) -> QuerySet[Node]:
    nodes = _with_words(nodes, criteria)
    if criteria.group is not None:
        nodes = nodes.filter(condition_of(criteria.group))
    if criteria.min_size is not None or criteria.max_size is not None:
        # A folder has no size: whoever asks for one asks for files.
        nodes = nodes.filter(kind=Node.Kind.FILE)
    bounds = {
        "size__gte": criteria.min_size,
        "size__lte": criteria.max_size,
        "modified_at__gte": criteria.since,
        "modified_at__lt": criteria.before,
    }
    nodes = nodes.filter(**{name: value for name, value in bounds.items() if value is not None})
    if criteria.tag is not None:
        nodes = nodes.filter(tags=criteria.tag, tags__owner=user.pk)
    if criteria.starred:
        nodes = nodes.filter(stars__user=user.pk)
    return nodes


def fill_search_keys() -> int:
    """Fill in what an older release left empty while both ran. Returns how many rows.

    Bounded in memory; the index on what is missing makes it nothing where nothing is.
    """
    missing = Node.objects.filter(search_key="").exclude(parent=None).order_by("pk").only("name")
    filled, batch = 0, list(missing[:BATCH])
    while batch:
        for node in batch:
            node.search_key = search_key(node.name)
        # By name: a rename meanwhile has filled in its own.
        filled += sum(_fill(node) for node in batch)
        batch = list(missing.filter(pk__gt=batch[-1].pk)[:BATCH])
    return filled


def _fill(node: Node) -> int:
    same = Node.objects.filter(pk=node.pk, name=node.name)
    return same.update(search_key=node.search_key)
