"""What takes a person's space: shown beside the quota, so that it is clear what to delete."""

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from files.models import Blob, Node, Upload, Version
from files.quota import Usage, usage_of

# Of the quota, in per cent: from here on the meter warns, and from here on it alarms.
WARNING, ALARM = 80, 95
UPLOADS_SHOWN = 100


@dataclass(frozen=True)
class Space:
    """In bytes; each blob counts once, where it is most in use. What is left is free."""

    usage: Usage
    files: int
    versions: int
    trash: int

    @property
    def slices(self) -> list[tuple[str, float, float]]:
        """Return each kind's name, where it begins on the bar, and how wide it is, in per cent."""
        kinds = {
            "files": self.files,
            "versions": self.versions,
            "trash": self.trash,
            "uploads": self.usage.reserved,
        }
        whole = max(self.usage.quota, sum(kinds.values()), 1)
        slices, start = [], 0.0
        for name, size in kinds.items():
            width = 100 * size / whole
            slices.append((name, start, width))
            start += width
        return slices


def level_of(usage: Usage) -> str:
    """Return "calm", "warning" or "alarm"."""
    share = percent(usage)
    if share >= ALARM:
        return "alarm"
    return "warning" if share >= WARNING else "calm"


def percent(usage: Usage) -> float:
    """Return how full it is, uploads under way included; at most 100."""
    taken = usage.used + usage.reserved
    return min(100.0, 100 * taken / usage.quota) if usage.quota else 100.0


def space_of(owner: AbstractBaseUser) -> Space:
    """Return what takes the space. Its cost grows with the blobs, as their sum is what it shows."""
    living = Version.objects.filter(blob=OuterRef("pk"), node__trashed_at=None)
    current = Node.objects.living().filter(content=OuterRef("pk"))
    named = Version.objects.filter(blob=OuterRef("pk"))
    sums = (
        Blob.objects.filter(Exists(named), owner=owner.pk)
        .alias(is_current=Exists(current), is_living=Exists(living))
        .aggregate(
            files=Sum("size", filter=Q(is_current=True), default=0),
            versions=Sum("size", filter=Q(is_current=False, is_living=True), default=0),
            trash=Sum("size", filter=Q(is_current=False, is_living=False), default=0),
        )
    )
    return Space(usage=usage_of(owner), **sums)


def uploads_of(owner: AbstractBaseUser) -> QuerySet[Upload]:
    """Return the uploads that hold space, those first that hold the most."""
    return (
        Upload.objects.owned_by(owner)
        .under_way()
        .select_related("folder")
        .order_by("-size")[:UPLOADS_SHOWN]
    )
