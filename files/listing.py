"""Pages of a folder: by keyset, so that the last page costs as much as the first."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet

from files.models import Node

PAGE = 100
MAX_SIZE = 2**63 - 1


class Sort(StrEnum):
    NAME = "name"
    SIZE = "size"
    MODIFIED = "modified"

    @property
    def field(self) -> str:
        return {Sort.NAME: "sort_key", Sort.SIZE: "size", Sort.MODIFIED: "modified_at"}[self]


@dataclass(frozen=True)
class Order:
    """Folders first, then by one column, then by id, so that no two places are the same."""

    sort: Sort = Sort.NAME
    descending: bool = False

    def reversed(self) -> "Order":
        return Order(self.sort, descending=not self.descending)


def _read_name(value: Any) -> str:
    # PostgreSQL takes no NUL; half a surrogate pair cannot be encoded, which is a ValueError.
    if not isinstance(value, str) or b"\0" in value.encode():
        raise ValueError(value)
    return value


def _read_size(value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value <= MAX_SIZE:
        raise ValueError(value)
    return value


def read_moment(value: Any) -> datetime:
    """Return an ISO 8601 moment. Raises ValueError for another, or one without its zone."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(value)
    try:
        # What a zone moves out of the calendar no database takes.
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(value) from error


# How a value of the column is read back: it has been in a URL, so that it can be anything.
READ: dict[Sort, Callable[[Any], Any]] = {
    Sort.NAME: _read_name,
    Sort.SIZE: _read_size,
    Sort.MODIFIED: read_moment,
}


@dataclass(frozen=True)
class Cursor:
    """The last entry of a page: the next one starts after it."""

    kind: int
    value: Any
    id: UUID

    @classmethod
    def at(cls, node: Node, order: Order) -> Self:
        return cls(node.kind, getattr(node, order.sort.field), node.pk)

    @classmethod
    def decode(cls, text: str, order: Order) -> Self:
        """Raises ValueError for what `encode` did not make for this order."""
        try:
            kind, value, pk = json.loads(base64.urlsafe_b64decode(text.encode()))
            return cls(Node.Kind(kind), READ[order.sort](value), UUID(pk))
        except (binascii.Error, AttributeError, RecursionError, TypeError, ValueError) as error:
            raise ValueError("This is no place in the list.") from error

    def encode(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        raw = json.dumps([self.kind, value, str(self.id)], separators=(",", ":"))
        return base64.urlsafe_b64encode(raw.encode()).decode()


@dataclass(frozen=True)
class Page:
    entries: list[Node]
    next_cursor: str


def folder_page(*, folder: Node, order: Order, after: Cursor | None, limit: int = PAGE) -> Page:
    """Return the entries after the cursor: at most two queries, each within one index range."""
    entries: list[Node] = []
    for kind in (Node.Kind.FOLDER, Node.Kind.FILE):
        if after is not None and kind < after.kind:
            continue
        start = after if after is not None and after.kind == kind else None
        children = Node.objects.living().filter(parent=folder, kind=kind)
        entries += after_cursor(children, order, start)[: limit + 1 - len(entries)]
        if len(entries) > limit:
            break
    return cut(entries, order, limit)


def trash_page(*, owner: AbstractBaseUser, after: str) -> Page:
    """Return what is in the trash, the last deleted first, after the place that a page named.

    Raises ValueError for what no page named.
    """
    nodes = Node.objects.owned_by(owner).in_trash().select_related("parent", "content")
    if after:
        moment, _, last = after.partition("_")
        try:
            then, pk = read_moment(moment), UUID(last)
        except OverflowError as error:
            raise ValueError(after) from error
        nodes = nodes.filter(
            Q(trashed_at__lte=then), Q(trashed_at__lt=then) | Q(trashed_at=then, id__lt=pk)
        )
    entries = list(nodes.order_by("-trashed_at", "-id")[: PAGE + 1])
    more, entries = len(entries) > PAGE, entries[:PAGE]
    if not more:
        return Page(entries, "")
    last_one = entries[-1]
    return Page(entries, f"{last_one.trashed_at:%Y-%m-%dT%H:%M:%S.%fZ}_{last_one.pk.hex}")


def cut(entries: list[Node], order: Order, limit: int) -> Page:
    """Make a page of up to `limit + 1` entries: the one too many tells that there are more."""
    more = len(entries) > limit
    entries = entries[:limit]
    return Page(entries, Cursor.at(entries[-1], order).encode() if more else "")


def neighbours(*, node: Node, order: Order) -> tuple[Node | None, Node | None]:
    """Return the files before and after this one in its folder."""
    files = Node.objects.living().files().filter(parent=node.parent_id)
    before = after_cursor(files, order.reversed(), Cursor.at(node, order)).first()
    behind = after_cursor(files, order, Cursor.at(node, order)).first()
    return before, behind


def after_cursor(nodes: QuerySet[Node], order: Order, cursor: Cursor | None) -> QuerySet[Node]:
    """Return the nodes behind the cursor, in the order; folders and files alike."""
    field, sign, than = order.sort.field, "", "gt"
    if order.descending:
        sign, than = "-", "lt"
    if cursor is not None:
        # The first condition, implied by the second, is what the index range starts from.
        nodes = nodes.filter(
            Q(**{f"{field}__{than}e": cursor.value}),
            Q(**{f"{field}__{than}": cursor.value}) | Q(**{f"id__{than}": cursor.id}),
        )
    return nodes.order_by(f"{sign}{field}", f"{sign}id")
