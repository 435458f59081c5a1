"""A vault as a few dictionaries: what the real one must agree with, whatever is done to it.

Written from what the product promises, not from its code: no database, no locks, no counting ahead.
Content is a number; its size is told once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from files.conflicts import Conflict
from files.errors import IntoItselfError, NameTakenError, QuotaError, VersionError


# Compared by identity: two empty folders are two things.
@dataclass(eq=False)
class Thing:
    name: str
    parent: Thing | None
    # Contents, the oldest first. None for a folder.
    versions: list[int] | None = None
    # What was deleted, itself or a folder above, and took this one along.
    trash_root: Thing | None = None
    children: list[Thing] = field(default_factory=list)

    @property
    def is_folder(self) -> bool:
        return self.versions is None

    def below(self) -> Iterator[Thing]:
        """Yield this one and all that lies inside, the trashed too."""
        yield self
        for child in self.children:
            yield from child.below()

    def way(self) -> list[Thing]:
        """Return the way to it, the root first."""
        return [*(self.parent.way() if self.parent else []), self]

    def living(self) -> list[Thing]:
        return [child for child in self.children if child.trash_root is None]

    def shape(self) -> tuple[object, ...]:
        """Return all that can be known of it, to be compared."""
        up = 0
        if self.trash_root is not None:
            up = 1 + list(reversed(self.way())).index(self.trash_root)
        inside = sorted(repr(child.shape()) for child in self.children)
        return (self.name, self.versions, up, inside)

    def put(self, folder: Thing) -> None:
        if self.parent:
            self.parent.children.remove(self)
        self.parent = folder
        folder.children.append(self)


class Model:
    def __init__(self, quota: int) -> None:
        self.quota = quota
        self.root = Thing("", None)
        self.sizes: dict[int, int] = {}

    # -- What can be asked ----------------------------------------------------------------------
    def named(self) -> set[int]:
        """Return the contents that a version of anything names, in the trash too."""
        return {content for thing in self.root.below() for content in thing.versions or ()}

    def used(self) -> int:
        return sum(self.sizes[content] for content in self.named())

    def things(self) -> list[Thing]:
        return [thing for thing in self.root.below() if thing.trash_root is None]

    def trash(self) -> list[Thing]:
        return [thing for thing in self.root.below() if thing.trash_root is thing]

    # -- What can be done -----------------------------------------------------------------------
    def place(self, folder: Thing, name: str, content: int, conflict: Conflict) -> None:
        there = _occupant(folder, name)
        if there is not None and conflict is Conflict.SKIP:
            return
        if there is not None and conflict is Conflict.ASK:
            raise NameTakenError([name])
        if there is not None and conflict is Conflict.REPLACE:
            if there.versions is None:
                raise NameTakenError([name])
            self._take(content)
            there.versions.append(content)
            return
        self._take(content)
        Thing(_free(folder, name), None, [content]).put(folder)

    def make_folder(self, folder: Thing, name: str) -> None:
        if _occupant(folder, name):
            raise NameTakenError([name])
        Thing(name, None).put(folder)

    def rename(self, thing: Thing, name: str) -> None:
        assert thing.parent
        there = _occupant(thing.parent, name)
        if there is not None and there is not thing:
            raise NameTakenError([name])
        thing.name = name

    def move(self, thing: Thing, folder: Thing, conflict: Conflict) -> None:
        if thing.parent is folder:
            return
        if thing in folder.way():
            raise IntoItselfError
        there = _occupant(folder, thing.name)
        if there is None or conflict is Conflict.KEEP_BOTH:
            thing.name = _free(folder, thing.name)
            thing.put(folder)
        elif _replaceable(thing, there, conflict):
            there.versions.append(thing.versions[-1])  # type: ignore[index, union-attr]
            self.delete(thing)

    def copy(self, thing: Thing, folder: Thing, conflict: Conflict) -> None:
        if thing in folder.way():
            raise IntoItselfError
        if thing.parent is folder:
            conflict = Conflict.KEEP_BOTH
        there = _occupant(folder, thing.name)
        if there is None or conflict is Conflict.KEEP_BOTH:
            _copy(thing, folder, _free(folder, thing.name))
        elif _replaceable(thing, there, conflict):
            there.versions.append(thing.versions[-1])  # type: ignore[index, union-attr]

    def delete(self, thing: Thing) -> None:
        for inside in thing.below():
            inside.trash_root = inside.trash_root or thing

    def restore(self, thing: Thing) -> None:
        folder = next(above for above in reversed(thing.way()[:-1]) if above.trash_root is None)
        thing.name = _free(folder, thing.name)
        for inside in list(thing.below()):
            if inside.trash_root is thing:
                inside.trash_root = None
        thing.put(folder)

    def purge(self, thing: Thing) -> None:
        # What was deleted before the folder around it keeps waiting, at the top.
        for inside in list(thing.below()):
            if inside.trash_root is inside and inside is not thing:
                assert inside.parent
                if inside.parent.trash_root is thing:
                    inside.put(self.root)
        assert thing.parent
        thing.parent.children.remove(thing)

    def restore_version(self, thing: Thing, index: int) -> None:
        assert thing.versions
        if thing.versions[index] == thing.versions[-1]:
            raise VersionError
        thing.versions.append(thing.versions[index])

    def delete_version(self, thing: Thing, index: int) -> None:
        assert thing.versions
        if index == len(thing.versions) - 1:
            raise VersionError
        del thing.versions[index]

    def _take(self, content: int) -> None:
        free = max(0, self.quota - self.used())
        if content not in self.named() and self.sizes[content] > free:
            raise QuotaError("no room", owner_id=UUID(int=0))


def _replaceable(thing: Thing, there: Thing, conflict: Conflict) -> bool:
    if conflict is Conflict.SKIP:
        return False
    if conflict is Conflict.REPLACE and not thing.is_folder and not there.is_folder:
        return True
    raise NameTakenError([thing.name])


def _occupant(folder: Thing, name: str) -> Thing | None:
    taken = {child.name.lower(): child for child in folder.living()}
    return taken.get(name.lower())


def _free(folder: Thing, name: str) -> str:
    if _occupant(folder, name) is None:
        return name
    number, stem = 2, re.sub(r" \(\d+\)$", "", name)
    while _occupant(folder, f"{stem} ({number})"):
        number += 1
    return f"{stem} ({number})"


def _copy(thing: Thing, folder: Thing, name: str) -> None:
    inside: Sequence[Thing] = thing.living()
    copy = Thing(name, None, None if thing.is_folder else thing.versions[-1:])  # type: ignore[index]
    copy.put(folder)
    for child in inside:
        _copy(child, copy, child.name)
