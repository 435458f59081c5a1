"""What to do where a folder already holds a name."""

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser

from files.models import Node
from files.names import clean_path, name_key, numbered
from files.tree import find_folder

# More of one name in a folder are not reckoned with.
MOST = 999_999


class Conflict(StrEnum):
    ASK = "ask"
    KEEP_BOTH = "keep_both"
    REPLACE = "replace"
    SKIP = "skip"


def occupant(folder: Node, name: str) -> Node | None:
    """Return the living node of that name in the folder, whatever its case."""
    return Node.objects.living().filter(parent=folder, name_key=name_key(name)).first()


def free_name(folder: Node, name: str) -> str:
    """Return `name`, or the first of `name (2)`, `name (3)`… that the folder does not hold."""
    if occupant(folder, name) is None:
        return name
    # As short as the longest number leaves it: a long name gives way to each digit.
    stem = name_key(numbered(name, MOST)).rpartition(f" ({MOST})")[0]
    taken = set(
        Node.objects.living()
        .filter(parent=folder, name_key__startswith=stem)
        .values_list("name_key", flat=True)
    )
    number = 2
    while name_key(numbered(name, number)) in taken:
        number += 1
    return numbered(name, number)


def find_conflicts(*, owner: AbstractBaseUser, folder: Node, paths: Iterable[str]) -> list[str]:
    """Return those of the relative paths that an upload into the folder would run into.

    Paths are grouped by folder: the cost is two queries per folder, not per path.
    Raises InvalidNameError for a path that cannot be.
    """
    by_folder: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for path in paths:
        *folders, name = clean_path(path)
        by_folder.setdefault(tuple(folders), []).append((name_key(name), path))
    found: list[str] = []
    places: dict[tuple[str, ...], Node | None] = {(): folder}
    for way, names in by_folder.items():
        place = _place_of(way, places)
        if place is None:
            continue
        taken = set(
            Node.objects.owned_by(owner)
            .living()
            .filter(parent=place, name_key__in=[key for key, _ in names])
            .values_list("name_key", flat=True)
        )
        found += [path for key, path in names if key in taken]
    return found


def _place_of(way: tuple[str, ...], places: dict[tuple[str, ...], Node | None]) -> Node | None:
    """Return the folder that the way leads to. What `places` knows of it is not looked up again.

    Thousands of ways of a hundred folders have most of them in common.
    """
    known = next(end for end in range(len(way), -1, -1) if way[:end] in places)
    place = places[way[:known]]
    for end in range(known, len(way)):
        if place is None:
            break
        place = places[way[: end + 1]] = find_folder(folder=place, names=way[end : end + 1])
    return place
