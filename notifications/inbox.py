"""What people find in the app: the list, the number on the bell, read, unread, put away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from notifications.kinds.base import Category
from notifications.messages import Words, words_of
from notifications.models import Notification, NotificationQuerySet

PAGE = 30
# The bell says "99+" from here on: counting more would cost more and tell nothing.
MANY = 100

INBOX, UNREAD, ARCHIVE = "inbox", "unread", "archive"
BOXES = (INBOX, UNREAD, ARCHIVE)
ICONS: dict[str, str] = {
    Category.SECURITY: "shield",
    Category.SHARING: "share",
    Category.STORAGE: "archive",
    Category.SITE: "message",
}


@dataclass(frozen=True)
class Entry:
    notification: Notification
    words: Words

    @property
    def icon(self) -> str:
        return ICONS.get(self.notification.category, "info")

    @property
    def is_unread(self) -> bool:
        return self.notification.read_at is None


@dataclass(frozen=True)
class Page:
    entries: Sequence[Entry]
    # Where the next page begins: what is older than this; None on the last.
    older: int | None


def page_of(
    *, user: AbstractBaseUser, box: str = INBOX, category: str = "", before: int | None = None
) -> Page:
    """Return a page of a person's notifications, the newest first. One query."""
    rows = _box(user, box)
    if category:
        rows = rows.filter(category=category)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    entries = [Entry(row, words_of(row)) for row in found[:PAGE]]
    return Page(entries, older=found[PAGE - 1].pk if len(found) > PAGE else None)


def _box(user: AbstractBaseUser, box: str) -> NotificationQuerySet:
    if box == ARCHIVE:
        return Notification.objects.archive_of(user.pk)
    inbox = Notification.objects.inbox_of(user.pk)
    return inbox.unread() if box == UNREAD else inbox


def unread_count(user: AbstractBaseUser) -> int:
    """Return how many are unread, at most MANY. One query, of an index that holds no others."""
    unread = Notification.objects.inbox_of(user.pk).unread()
    # Without an order: of the index alone, which sorting would have read rows for.
    return unread.order_by()[:MANY].count()


def newest_unread(user: AbstractBaseUser) -> Notification | None:
    return Notification.objects.inbox_of(user.pk).unread().first()


def _own(user: AbstractBaseUser, ids: Sequence[UUID]) -> NotificationQuerySet:
    return Notification.objects.filter(recipient_id=user.pk, in_inbox=True, uuid__in=ids)


@transaction.atomic
def mark_read(*, user: AbstractBaseUser, ids: Sequence[UUID]) -> int:
    """Mark a person's own; others are passed over. Return how many changed."""
    return _own(user, ids).filter(read_at=None).update(read_at=timezone.now())


@transaction.atomic
def mark_unread(*, user: AbstractBaseUser, ids: Sequence[UUID]) -> int:
    return _own(user, ids).filter(read_at__isnull=False).update(read_at=None)


@transaction.atomic
def archive(*, user: AbstractBaseUser, ids: Sequence[UUID]) -> int:
    """Put away: out of the inbox and off the bell, kept in the archive."""
    return _own(user, ids).filter(archived_at=None).update(archived_at=timezone.now())


@transaction.atomic
def restore(*, user: AbstractBaseUser, ids: Sequence[UUID]) -> int:
    return _own(user, ids).filter(archived_at__isnull=False).update(archived_at=None)


CHANGES: dict[str, Callable[..., int]] = {
    "read": mark_read,
    "unread": mark_unread,
    "archive": archive,
    "restore": restore,
}
UNDO = {"read": "unread", "unread": "read", "archive": "restore", "restore": "archive"}


@transaction.atomic
def mark_all_read(*, user: AbstractBaseUser) -> tuple[int, datetime]:
    """Mark everything in the inbox; return how many, and the moment by which it can be undone."""
    now = timezone.now()
    changed = Notification.objects.inbox_of(user.pk).unread().order_by().update(read_at=now)
    return changed, now


@transaction.atomic
def undo_all_read(*, user: AbstractBaseUser, at: datetime) -> int:
    own = Notification.objects.inbox_of(user.pk).filter(read_at=at)
    return own.order_by().update(read_at=None)
