"""Archives of all of a person's data: asked for, made by a worker, kept for a while.

Not made while it is sent: what reads files may lie beyond what the page's own process may reach,
and a download that breaks off after hours can be begun again.
"""

import io
import logging
import secrets
from collections.abc import Buffer, Iterable, Iterator
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import stores, tasks
from accounts.export import stream_export
from accounts.models import Archive, User
from notifications.events import notify

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
# What takes longer than this will not come: no worker runs, or the task has been lost.
PATIENCE = timedelta(days=1)
BUFFER = 1024 * 1024


def ask(*, user: User) -> Archive:
    """Have an archive made; one that is under way already is that one."""
    own = Archive.objects.of(user)
    for done_with in (own.over(), own.failed(), own.stuck(patience=PATIENCE)):
        _forget(done_with)
    try:
        with transaction.atomic():
            archive = Archive.objects.create(user=user)
            transaction.on_commit(lambda: tasks.enqueue_archive(archive.pk))
    except IntegrityError:
        # It may have been finished since.
        return own.latest("asked_at")
    return archive


def make(*, archive_id: UUID) -> None:
    """Write the archive and tell its owner. May run twice at once, late, or be killed within.

    Each attempt writes under a key of its own, which the row has before the first byte: of two,
    the later one's counts, and the other's bytes are deleted.
    """
    archive = Archive.objects.under_way().select_related("user").filter(pk=archive_id).first()
    if archive is None:
        return
    key = f"exports/{archive.user_id}/{secrets.token_urlsafe(16)}.zip"
    mine = Archive.objects.under_way().filter(pk=archive_id)
    if not mine.update(key=key):
        return
    if archive.key:
        _delete(archive.key)
    content = Pieces(stream_export(user=archive.user))
    try:
        default_storage.save(key, File(io.BufferedReader(content, BUFFER), name=key))
        is_whole = _finish(archive, key=key, size=content.size)
    except BaseException:
        _delete(key)
        raise
    if not is_whole:
        _delete(key)


@transaction.atomic
def _finish(archive: Archive, *, key: str, size: int) -> bool:
    """Make it the person's one archive, and tell them; False where it is no longer wanted."""
    until = timezone.now() + KEPT
    mine = Archive.objects.under_way().filter(pk=archive.pk, key=key)
    if not mine.update(state=Archive.State.READY, size=size, expires_at=until):
        return False
    # The ones before are at their end, and deleted as such.
    own = Archive.objects.of(archive.user).exclude(pk=archive.pk)
    (own.ready() | own.failed()).update(expires_at=timezone.now())
    notify(
        kind="export_ready",
        to=archive.user,
        context={"name": name_of(archive), "until": until.isoformat()},
        url=reverse("accounts:export"),
        key=str(archive.pk),
    )
    return True


@transaction.atomic
def give_up(*, archive_id: UUID) -> bool:
    """Tell the owner that the archive will not come, and let them ask again at once.

    For what has failed for good. False where it has come after all, or was given up before.
    """
    archive = Archive.objects.under_way().select_related("user").filter(pk=archive_id).first()
    if archive is None:
        return False
    # What was written of it goes with the row: when it is asked for again, or in a week.
    until = timezone.now() + KEPT
    mine = Archive.objects.under_way().filter(pk=archive.pk)
    if not mine.update(state=Archive.State.FAILED, expires_at=until):
        return False
    notify(
        kind="export_failed",
        to=archive.user,
        context={},
        url=reverse("accounts:export"),
        key=str(archive.pk),
    )
    return True


def name_of(archive: Archive) -> str:
    """Return what the file is called once it is downloaded."""
    return f"{archive.user.username}-{archive.asked_at:%Y-%m-%d}.zip"


def forget_old_archives() -> int:
    """Delete what was kept for long enough, and give up what never came; return how many."""
    stuck = Archive.objects.all().stuck(patience=PATIENCE).values_list("pk", flat=True)
    given_up = sum(give_up(archive_id=pk) for pk in list(stuck))
    return given_up + _forget(Archive.objects.all().over())


def discard_archives(*, user: User) -> None:
    """Delete the bytes of all that a person has, once the deletion of the person is committed."""
    keys = Archive.objects.of(user).exclude(key="").values_list("key", flat=True)
    for key in list(keys):
        transaction.on_commit(partial(_delete, key))


def _forget(archives: Iterable[Archive]) -> int:
    """Delete bytes, and then the row that names them: what fails is tried again another time."""
    gone = [archive.pk for archive in list(archives) if not archive.key or _delete(archive.key)]
    Archive.objects.filter(pk__in=gone).delete()
    return len(gone)


def _delete(key: str) -> bool:
    try:
        stores.delete_file(key)
    except Exception:  # whatever store there is has errors of its own
        logger.exception("archive could not be deleted key=%s", key)
        return False
    return True


class Pieces(io.RawIOBase):
    """What is made in pieces, as a file that can be read once; counts its bytes."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = b""
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        self.size += count
        return count
