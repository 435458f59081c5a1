"""Stars: what a person wants at hand, whoever it belongs to."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from files.listing import Page
from files.models import Node, Star
from files.policy import seen_among

PAGE = 100


@transaction.atomic
def star_nodes(*, user: AbstractBaseUser, nodes: Sequence[Node]) -> list[UUID]:
    """Give each node a star. Returns the ids of those that had none; the others keep theirs."""
    there = starred_among(user, [node.pk for node in nodes])
    new = [node.pk for node in nodes if node.pk not in there]
    # Whoever stars the same at the same moment is not in the way.
    Star.objects.bulk_create(
        [Star(user_id=user.pk, node_id=pk) for pk in new], ignore_conflicts=True
    )
    return new


@transaction.atomic
def unstar_nodes(*, user: AbstractBaseUser, nodes: Sequence[Node]) -> list[UUID]:
    """Take the stars away. Returns the ids of those that had one."""
    there = starred_among(user, [node.pk for node in nodes])
    Star.objects.filter(user_id=user.pk, node__in=there).delete()
    return [node.pk for node in nodes if node.pk in there]


def starred_among(user: AbstractBaseUser, ids: Collection[UUID]) -> set[UUID]:
    """Return those of the nodes that have the person's star. One query."""
    stars = Star.objects.filter(user_id=user.pk, node__in=ids)
    return set(stars.values_list("node_id", flat=True))


def starred_page(*, user: AbstractBaseUser, after: str) -> Page:
    """Return what the person has starred and may still see, the newest star first.

    One query, two more where something is another's. `after` is what the page before named;
    ValueError for anything else.
    """
    stars = Star.objects.filter(user_id=user.pk, node__trashed_at=None)
    if after:
        stars = stars.filter(pk__lt=_read_number(after))
    found = list(stars.select_related("node__parent").order_by("-pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    nodes = seen_among(user, [star.node for star in found])
    return Page(nodes, str(found[-1].pk) if more else "")


def _read_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004  (64 bits)
        raise ValueError(text)
    return int(text)
