"""File requests: people without an account put files into one folder, and see nothing of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from files.activity import SITE, Act, record
from files.blobs import Readable, store_bytes
from files.conflicts import Conflict
from files.errors import QuotaError, ShareError, UploadError
from files.models import Activity, FileRequest, Node, Upload
from files.names import clean_path
from files.request_room import largest, refuse_what_does_not_fit
from files.secret_links import digest_of, hashed, new_secret, note_open, refuse_end
from files.tree import lock_tree
from files.uploads.abort import abort_upload, give_up_by_request
from files.uploads.complete import Completed, complete_upload
from files.uploads.create import create_upload
from files.uploads.finish import key_of_sender, place_within, was_kept
from files.uploads.receive import keep
from notifications.events import notify

REQUESTS_PER_NODE = 100
# The owner is told once nothing more has come for a while: of a visit, not of each file.
QUIET = timedelta(minutes=2)
NAMES_TOLD = 3


@transaction.atomic
def create_request(
    *,
    node: Node,
    label: str = "",
    message: str = "",
    password: str = "",
    expires_at: datetime | None = None,
    max_files: int | None = None,
    max_file_bytes: int | None = None,
    max_bytes: int | None = None,
    act: Act = SITE,
) -> tuple[FileRequest, str]:
    """Ask for files into a folder; return the request and its secret, which is kept nowhere.

    Raises ShareError.
    """
    if not settings.FILES_REQUESTS:
        raise ShareError(_("File requests are turned off on this site."))
    if not node.is_folder:
        raise ShareError(_("Choose a folder for the files to come into."))
    if node.file_requests.filter(revoked_at=None).count() >= REQUESTS_PER_NODE:
        raise ShareError(_("There are 100 requests for this folder. End one that is not needed."))
    refuse_end(expires_at)
    secret = new_secret()
    request = FileRequest.objects.create(
        node=node,
        digest=digest_of(secret),
        label=label,
        message=message,
        password=hashed(password),
        expires_at=expires_at,
        max_files=max_files,
        max_file_bytes=max_file_bytes,
        max_bytes=max_bytes,
    )
    record(Activity.Kind.REQUEST_MADE, [node], act, detail=label)
    return request, secret


@transaction.atomic
def change_request(
    *,
    request: FileRequest,
    label: str,
    message: str,
    password: str | None,
    expires_at: datetime | None,
    max_files: int | None,
    max_file_bytes: int | None,
    max_bytes: int | None,
    act: Act = SITE,
) -> FileRequest:
    """Give a request other terms; its address stays, and what came counts on.

    A password of None stays as it is. A limit below what has come lets nothing more in. Raises
    ShareError.
    """
    if expires_at != request.expires_at:
        refuse_end(expires_at)
    request.label, request.message, request.expires_at = label, message, expires_at
    request.max_files, request.max_bytes = max_files, max_bytes
    request.max_file_bytes = max_file_bytes
    if password is not None:
        request.password = hashed(password)
    request.save(update_fields=[*terms_of(request)])
    record(Activity.Kind.REQUEST_CHANGED, [request.node], act, detail=label)
    return request


def terms_of(request: FileRequest) -> dict[str, Any]:
    """Return what `change_request` takes, as it is; the password of None stays so."""
    return {
        "label": request.label,
        "message": request.message,
        "password": None,
        "expires_at": request.expires_at,
        "max_files": request.max_files,
        "max_file_bytes": request.max_file_bytes,
        "max_bytes": request.max_bytes,
    }


@transaction.atomic
def close_request(*, request: FileRequest, act: Act = SITE) -> None:
    """Let nothing more in until it is opened again; it looks ended meanwhile. Harmless to repeat.

    What guests have under way waits as long as any that is left behind.
    """
    now = timezone.now()
    open_one = FileRequest.objects.listed().filter(pk=request.pk, closed_at=None)
    if open_one.update(closed_at=now):
        request.closed_at = now
        record(Activity.Kind.REQUEST_CLOSED, [request.node], act, detail=request.label)


@transaction.atomic
def reopen_request(*, request: FileRequest, act: Act = SITE) -> None:
    """Let files in again, by the same address. Harmless to repeat; what ended stays ended."""
    closed = FileRequest.objects.listed().filter(pk=request.pk, closed_at__isnull=False)
    if closed.update(closed_at=None):
        request.closed_at = None
        record(Activity.Kind.REQUEST_REOPENED, [request.node], act, detail=request.label)


@transaction.atomic
def end_request(*, request: FileRequest, act: Act = SITE) -> None:
    """End a request at once; what came stays. Harmless to repeat.

    What guests have under way is given up: it could not become a file any more.
    """
    lock_tree(request.node.owner_id)
    give_up_by_request(request)
    now = timezone.now()
    if FileRequest.objects.filter(pk=request.pk, revoked_at=None).update(revoked_at=now):
        request.revoked_at = now
        record(Activity.Kind.REQUEST_ENDED, [request.node], act, detail=request.label)


def find_request(secret: str) -> FileRequest:
    """Return the request of that secret, full or not. Raises FileRequest.DoesNotExist."""
    if not settings.FILES_REQUESTS:
        raise FileRequest.DoesNotExist
    requests = FileRequest.objects.unended().select_related("node", "node__owner")
    return requests.get(digest=digest_of(secret))


def count_visit(*, request: FileRequest) -> None:
    note_open(request)


def receive_for_request(
    *, request: FileRequest, name: str, stream: Readable, size: int, act: Act, sent_as: str = ""
) -> Node:
    """Keep what a guest sends as another file in the folder; nothing is replaced.

    By `sent_as` it makes one file, however often it is sent (files.uploads.receive). Raises
    InvalidNameError, TooLargeError, UploadError for no key, ShareError where the request takes no
    more or there is no room, and what `store_bytes` raises; nothing is kept then. Call it outside
    of a transaction.
    """
    name = _name_alone(name)
    owner_id = request.node.owner_id
    sent_as = key_of_sender(sent_as, owner_id=owner_id, act=act)
    again = was_kept(owner_id=owner_id, sent_as=sent_as, size=size)
    if not again:
        refuse_what_does_not_fit(request, size)
    blob = store_bytes(
        owner=request.node.owner,
        stream=stream,
        name=name,
        expected=size,
        limit=settings.FILES_MAX_SIZE if again else largest(request),
    )
    blob.sent_as = sent_as
    with _told():
        node = keep(
            blob,
            lambda: place_within(
                folder=request.node,
                folders=(),
                name=name,
                blob=blob,
                conflict=Conflict.KEEP_BOTH,
                act=act,
            ),
        )
        if node is None:
            raise Node.DoesNotExist
    return node


def begin_for_request(*, request: FileRequest, name: str, size: int, key: str, act: Act) -> Upload:
    """Begin an upload in parts for a guest, or find it again by its key.

    Raises as the above, and UploadLimitError where guests have too much under way.
    """
    with _told():
        begun = create_upload(
            folder=request.node,
            path=_name_alone(name),
            size=size,
            conflict=Conflict.KEEP_BOTH,
            key=key,
            act=act,
        )
    if begun.upload is None:
        raise UploadError(_("This file has arrived already."))
    return begun.upload


def complete_for_request(*, upload: Upload, act: Act) -> Completed:
    """Make a file of what a guest has sent in parts. Raises as `complete_upload` does."""
    try:
        with _told():
            completed = complete_upload(upload=upload, act=act)
    except ShareError:
        # It will not fit later either: its space is free again.
        abort_upload(upload=upload)
        raise
    return completed


def _name_alone(name: str) -> str:
    # A browser may send the way on the sender's disk along: the last of it is the name.
    return clean_path(name.replace("\\", "/"))[-1]


@contextmanager
def _told() -> Iterator[None]:
    """Refuse in words that do not tell what the owner keeps, or what they have deleted."""
    try:
        yield
    except QuotaError as error:
        raise ShareError(_("There is no room for it. Tell whoever asked you.")) from error
    except Node.DoesNotExist as error:
        # The folder went while the bytes came.
        raise ShareError(_("This request has ended meanwhile.")) from error


def tell_of_received() -> int:
    """Tell owners of what has come since they were last told. Returns how many requests."""
    quiet = timezone.now() - QUIET
    fresh = FileRequest.objects.filter(files__gt=F("told_files"), last_file_at__lt=quiet)
    told = 0
    for request in fresh.select_related("node", "node__owner").iterator():
        told += _tell(request)
    return told


@transaction.atomic
def _tell(request: FileRequest) -> bool:
    # Of two workers one finds it as it was.
    mine = FileRequest.objects.filter(pk=request.pk, told_files=request.told_files)
    if not mine.update(told_files=request.files):
        return False
    came = request.files - request.told_files
    latest = Activity.objects.filter(request=request, kind=Activity.Kind.RECEIVED).order_by("-pk")
    names = dict.fromkeys(latest.values_list("guest", flat=True)[:came])
    by = [name or "somebody without a name" for name in names]
    more = [f"{len(by) - NAMES_TOLD} more"] if len(by) > NAMES_TOLD else []
    notify(
        kind="request_filled",
        to=request.node.owner,
        context={
            "request": request.label or request.node.name,
            "by": ", ".join([*by[:NAMES_TOLD], *more]),
            "count": came,
        },
        url=reverse("files:folder", args=[request.node_id]),
        key=f"{request.pk}:{request.files}",
    )
    return True
