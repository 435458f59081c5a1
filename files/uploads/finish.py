"""The end of every upload: a stored blob becomes a file in the tree."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from files.activity import SITE, Act, record
from files.conflicts import Conflict, free_name, occupant
from files.errors import NameTakenError
from files.metrics import UPLOADED_BYTES, UPLOADS
from files.models import Activity, Blob, Node, Version
from files.previews.make import has_thumbnail, request_preview
from files.request_room import count_received
from files.tree import ensure_folders, find_folder, living_file, living_folder, lock_tree
from files.uploads.plan import require_key
from files.versions import add_version, create_file


def is_taken(*, folder: Node, names: Sequence[str], conflict: Conflict) -> bool:
    """Tell before the bytes come whether SKIP will find the name taken.

    Raises NameTakenError where ASK will: nobody should send 5 GB to learn that.
    """
    if conflict not in {Conflict.ASK, Conflict.SKIP}:
        return False
    *folders, name = names
    place = find_folder(folder=folder, names=folders)
    if place is None or occupant(place, name) is None:
        return False
    if conflict is Conflict.ASK:
        raise NameTakenError([name])
    return True


def key_of_sender(key: str, *, owner_id: UUID, act: Act) -> str:
    """Return by what an upload is known in the owner's vault; "" for none. Raises UploadError.

    Editors and guests meet nothing by it but what was sent by them, or by the same request.
    """
    if not key:
        return ""
    require_key(key)
    sender = act.request.pk if act.request is not None else act.actor_id
    if sender in {None, owner_id}:
        return key
    return hashlib.sha256(f"{sender}:{key}".encode()).hexdigest()


def was_kept(*, owner_id: UUID, sent_as: str, size: int | None) -> bool:
    """Tell whether so much has come by that key: where it did, the bytes tell if it is the same.

    Who sends it again has not heard that it came: no taken name and no want of space is told. Of
    another size it is another file: else whoever has a key could send more than fits.
    """
    if not sent_as or size is None:
        return False
    return Blob.objects.filter(owner_id=owner_id, sent_as=sent_as, size=size).exists()


def _same(blob: Blob) -> Q:
    """Return what finds versions that another try of the same upload has made."""
    return Q(
        blob__owner_id=blob.owner_id,
        blob__sent_as=blob.sent_as,
        blob__size=blob.size,
        blob__sha256=blob.sha256,
    )


def _made_before(blob: Blob, place: Node) -> Node | None:
    if not blob.sent_as:
        return None
    made = Version.objects.filter(_same(blob)).values("node")
    return Node.objects.living().filter(pk__in=made, parent=place).select_related("content").first()


def place_blob(
    *,
    folder: Node,
    folders: Sequence[str],
    name: str,
    blob: Blob,
    conflict: Conflict,
    act: Act = SITE,
) -> Node | None:
    """Make a file of the blob below `folder`, with missing folders made on the way.

    A blob that has no row yet gets it here, once a file names it. Names are clean. Returns None
    where SKIP found the name taken. Raises NameTakenError where ASK did, or where REPLACE found a
    folder; Node.DoesNotExist where `folder` has been deleted.
    """
    with transaction.atomic():
        return place_within(
            folder=folder, folders=folders, name=name, blob=blob, conflict=conflict, act=act
        )


def place_within(
    *,
    folder: Node,
    folders: Sequence[str],
    name: str,
    blob: Blob,
    conflict: Conflict,
    act: Act,
) -> Node | None:
    """As place_blob, in a transaction that ends where this refuses: no savepoint is made.

    Where another try of the same upload (Blob.sent_as) has come before, that one's file is
    returned, and the blob gets no row.
    """
    root = lock_tree(folder.owner_id)
    start = root if folder.pk == root.pk else living_folder(folder)
    place = ensure_folders(folder=start, names=folders)
    there = occupant(place, name)
    if there is None:
        node = create_file(folder=place, name=name, blob=blob, act=act)
    elif (earlier := _made_before(blob, place)) is not None:
        return earlier
    elif conflict is Conflict.SKIP:
        return None
    elif conflict is Conflict.KEEP_BOTH:
        node = create_file(folder=place, name=free_name(place, name), blob=blob, act=act)
    elif conflict is Conflict.REPLACE and not there.is_folder:
        node = add_version(node=there, blob=blob, act=act)
    else:
        raise NameTakenError([name])
    if act.request is not None:
        count_received(act.request, blob.size)
    record(_kind_of(act, node, there), [node], act)
    _welcome(blob, name)
    return node


def place_version(*, node: Node, blob: Blob, act: Act = SITE) -> Node:
    """Make the blob what a file holds, whatever it is called and wherever it lies by now.

    A blob that has no row yet gets it here, but not where another try of the same upload has come
    before. Raises QuotaError, and Node.DoesNotExist where the file has been deleted.
    """
    with transaction.atomic():
        lock_tree(node.owner_id)
        held = living_file(node)
        if blob.sent_as and Version.objects.filter(_same(blob), node=held).exists():
            return held
        held = add_version(node=held, blob=blob, act=act)
        record(Activity.Kind.REPLACED, [held], act)
        _welcome(blob, held.name)
    return held


def _welcome(blob: Blob, name: str) -> None:
    """Count what has come and ask for its picture, in the transaction that keeps it."""
    transaction.on_commit(lambda: _count(blob.size))
    if has_thumbnail(blob.media_type):
        request_preview(blob=blob, variant="thumbnail", name=name)


def _count(size: int) -> None:
    UPLOADS.inc()
    UPLOADED_BYTES.inc(size)


def _kind_of(act: Act, node: Node, there: Node | None) -> Activity.Kind:
    if act.request is not None:
        return Activity.Kind.RECEIVED
    replaced = there is not None and there.pk == node.pk
    return Activity.Kind.REPLACED if replaced else Activity.Kind.UPLOADED
