"""How much each person stores and may store, asked of whoever knows.

This app knows nothing of files: the project registers functions that count, and a quota.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

type Counting = Callable[[Collection[UUID]], Mapping[UUID, int]]

_counters: list[Counting] = []


@dataclass(frozen=True)
class Quota:
    """How a person's own quota is read and set, in bytes; None is what everyone gets."""

    read: Callable[[UUID], int | None]
    write: Callable[[UUID, int | None], None]
    everyone: Callable[[], int]
    # Bytes as the site writes them.
    words: Callable[[int], str]


_quotas: list[Quota] = []


def register_storage_use(counting: Counting) -> None:
    """Add a function from people's ids to bytes stored, in as few queries as can be.

    People without anything may be left out of its answer. Registering twice counts once.
    """
    if counting not in _counters:
        _counters.append(counting)


def storage_used(*, user_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the bytes that each person stores, 0 where there is nothing."""
    total: Counter[UUID] = Counter()
    for counting in _counters:
        total.update(counting(user_ids))
    return {user_id: total[user_id] for user_id in user_ids}


def register_quota(quota: Quota) -> None:
    """Say who knows quotas. The last one that was registered does."""
    _quotas[:] = [quota]


def known_quota() -> Quota | None:
    """Return how quotas are read and set, if anything stored here has one."""
    return _quotas[0] if _quotas else None
