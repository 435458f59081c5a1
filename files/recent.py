"""What was opened, changed or added lately."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from files.listing import Page, read_moment
from files.models import Node, Opening
from files.policy import seen_among

PAGE = 50
# Looking at a file again within this time is the same look.
SAME_LOOK = timedelta(minutes=5)
KEPT = 500


class By(StrEnum):
    OPENED = "opened"
    CHANGED = "changed"
    ADDED = "added"


FIELDS = {By.CHANGED: "modified_at", By.ADDED: "created_at"}


def note_opening(*, user: AbstractBaseUser, node: Node) -> None:
    """Remember that the person has opened the file. One query, one more where it is new."""
    now = timezone.now()
    known = Opening.objects.filter(user_id=user.pk, node=node).first()
    if known is not None and known.at > now - SAME_LOOK:
        return
    Opening.objects.bulk_create(
        [Opening(user_id=user.pk, node=node, at=now)],
        update_conflicts=True,
        unique_fields=["user", "node"],
        update_fields=["at"],
    )


def forget_old_openings() -> int:
    """Keep the newest KEPT of each person. Returns how many were forgotten."""
    forgotten = 0
    for user in Opening.objects.values_list("user", flat=True).distinct():
        own = Opening.objects.filter(user=user).order_by("-at", "-pk")
        oldest = own[KEPT : KEPT + 1].first()
        if oldest is not None:
            old = own.filter(Q(at__lt=oldest.at) | Q(at=oldest.at, pk__lte=oldest.pk))
            forgotten += old.order_by().delete()[0]
    return forgotten


def recent_page(*, user: AbstractBaseUser, by: By, after: str) -> Page:
    """Return files, the latest first, each with the time in `at`.

    What was opened is whatever the person may still see; changed and added is their own vault.
    One query, two more where something is another's. `after` is what the page before named;
    ValueError for anything else.
    """
    if by is By.OPENED:
        return _opened_page(user, after)
    field = FIELDS[by]
    files = Node.objects.owned_by(user).living().files().select_related("parent")
    found = list(_behind(files, field, after, UUID)[: PAGE + 1])
    for node in found:
        node.at = getattr(node, field)
    more, found = len(found) > PAGE, found[:PAGE]
    return Page(found, _place(getattr(found[-1], field), found[-1].pk) if more else "")


def _opened_page(user: AbstractBaseUser, after: str) -> Page:
    openings = Opening.objects.filter(user_id=user.pk, node__trashed_at=None)
    openings = openings.select_related("node__parent")
    found = list(_behind(openings, "at", after, int)[: PAGE + 1])
    for opening in found:
        opening.node.at = opening.at
    more, found = len(found) > PAGE, found[:PAGE]
    nodes = seen_among(user, [opening.node for opening in found])
    return Page(nodes, _place(found[-1].at, found[-1].pk) if more else "")


def _behind(rows: QuerySet[Any], field: str, after: str, read_key: Any) -> QuerySet[Any]:
    """Return the rows behind a place, the latest first. The first condition is the index range."""
    if after:
        then, key = _read_place(after, read_key)
        rows = rows.filter(
            Q(**{f"{field}__lte": then}),
            Q(**{f"{field}__lt": then}) | Q(**{field: then, "pk__lt": key}),
        )
    return rows.order_by(f"-{field}", "-pk")


def _place(moment: datetime, key: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}_{key}"


def _read_place(text: str, read_key: Any) -> tuple[datetime, Any]:
    moment, _, key = text.partition("_")
    try:
        return read_moment(moment), read_key(key[:40])
    except OverflowError as error:
        raise ValueError(text) from error
