"""What is shared by a person, and with them: people, links, requests; page by page."""

from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, Q, QuerySet

from files.listing import read_moment
from files.models import FileRequest, Grant, Share

PAGE = 50


@dataclass(frozen=True)
class LinkPage:
    entries: list[Any]
    # Where the next page starts; "" on the last one.
    next_after: str


def given_page(*, owner: AbstractBaseUser, kind: str, after: str = "") -> LinkPage:
    """Return what the owner has opened to others, the latest first; one query.

    `kind` is "people", "links" or "requests". Raises ValueError for another, or a place that no
    page named.
    """
    given: dict[str, QuerySet[Any]] = {
        "people": Grant.objects.given_by(owner).select_related("person"),
        "links": Share.objects.owned_by(owner).filter(revoked_at=None),
        "requests": FileRequest.objects.owned_by(owner).listed(),
    }
    if kind not in given:
        raise ValueError(kind)
    return cut_by_time(given[kind].select_related("node"), after)


def held_page(*, user: AbstractBaseUser, after: str = "") -> LinkPage:
    """Return what is shared with the person, the latest first; one query. Raises ValueError."""
    held = Grant.objects.held_by(user).select_related("node", "node__owner", "node__content")
    return cut_by_time(held, after)


def cut_by_time[M: Model](rows: QuerySet[M], after: str) -> LinkPage:
    """Return the page of rows after the place, the latest first. Raises ValueError."""
    if after:
        moment, _, last = after.partition("_")
        try:
            then, pk = read_moment(moment).astimezone(UTC), UUID(last)
        except OverflowError as error:
            raise ValueError(after) from error
        rows = rows.filter(
            Q(created_at__lte=then), Q(created_at__lt=then) | Q(created_at=then, id__lt=pk)
        )
    entries: list[Any] = list(rows.order_by("-created_at", "-id")[: PAGE + 1])
    if len(entries) <= PAGE:
        return LinkPage(entries, "")
    last_one = entries[PAGE - 1]
    place = f"{last_one.created_at:%Y-%m-%dT%H:%M:%S.%fZ}_{last_one.pk.hex}"
    return LinkPage(entries[:PAGE], place)
