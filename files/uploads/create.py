"""The beginning of an upload in parts: its space is reserved, and its size known, for good."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.utils.translation import gettext as _

from files.activity import SITE, Act
from files.conflicts import Conflict
from files.errors import UploadError, UploadLimitError
from files.models import Blob, Node, Upload
from files.names import clean_path
from files.quota import lock_vault, require_room, vault_of
from files.request_room import refuse_to_reserve, reserve_room
from files.storage import BLOBS
from files.stores import current_store
from files.tree import living_file, living_folder, lock_tree
from files.uploads.finish import is_taken, place_blob, place_version
from files.uploads.plan import (
    kept_until,
    part_count,
    part_size_for,
    require_key,
    require_size,
)
from files.uploads.registry import part_store

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Wish:
    """What somebody wants to send."""

    folder: Node
    # Where that is not the folder's owner: an editor of it.
    sender: AbstractBaseUser | None
    # Clean names, the last one the file's.
    names: Sequence[str]
    # What it is to be a new version of: then the folder and the names are where that is now.
    target: Node | None
    size: int
    conflict: Conflict
    key: str
    sha256: str
    act: Act


@dataclass(frozen=True)
class Begun:
    """An upload; or the file, where none is needed; or neither, where SKIP found the name taken."""

    upload: Upload | None = None
    node: Node | None = None
    new: bool = True


def create_upload(
    *,
    folder: Node,
    path: str,
    size: int,
    conflict: Conflict,
    key: str,
    sha256: str = "",
    act: Act = SITE,
) -> Begun:
    """Begin an upload to the relative `path` below the folder, or find it again by its key.

    Content that the owner keeps already becomes a file at once; somebody else who sends it is not
    told so. Raises InvalidNameError, NameTakenError, QuotaError, TooLargeError, UploadError,
    UploadLimitError, StorageFullError or StoreUnavailableError, and for guests ShareError; nothing
    is reserved then.
    Call it outside of a transaction.
    """
    sender = act.actor if act.actor_id != folder.owner_id else None
    wish = Wish(
        folder=folder,
        sender=sender,
        names=clean_path(path),
        target=None,
        size=_checked_size(size),
        conflict=conflict,
        key=_checked_key(key, sender),
        sha256=_checked_digest(sha256),
        act=act,
    )
    if (known := _find(wish)) is not None:
        return known
    if is_taken(folder=folder, names=wish.names, conflict=conflict):
        return Begun()
    return _begin(wish)


def create_version_upload(
    *, node: Node, size: int, key: str, sha256: str = "", act: Act = SITE
) -> Begun:
    """Begin an upload of a new version of a file, or find it again by its key.

    It goes to the file, whatever that is called and wherever it lies by then. As create_upload;
    names are nothing that can be refused.
    """
    sender = act.actor if act.actor_id != node.owner_id else None
    folder = node.parent
    if folder is None or node.is_folder:
        raise Node.DoesNotExist
    wish = Wish(
        folder=folder,
        sender=sender,
        names=[node.name],
        target=node,
        size=_checked_size(size),
        conflict=Conflict.REPLACE,
        key=_checked_key(key, sender),
        sha256=_checked_digest(sha256),
        act=act,
    )
    return _find(wish) or _begin(wish)


def _begin(wish: Wish) -> Begun:
    """Make the file at once of what its owner keeps already; reserve the space for all else."""
    owner_id = wish.folder.owner_id
    by_owner = wish.act.actor_id == owner_id
    if wish.sha256 and by_owner and (node := _place_known(wish)) is not None:
        return Begun(node=node)
    # A first look, before the store is troubled; what counts is looked at under the lock.
    if wish.act.request is not None:
        refuse_to_reserve(wish.act.request, wish.size)
    require_room(vault=vault_of(owner_id), size=wish.size)
    return _reserve(wish)


def _checked_size(size: int) -> int:
    require_size(size)
    if size < 0:
        raise UploadError(_("Say how many bytes the file has."))
    return size


def _checked_key(key: str, sender: AbstractBaseUser | None) -> str:
    require_key(key)
    # So that an editor of the owner's folder meets none of the owner's own.
    return f"{sender.pk}:{key}"[:100] if sender is not None else key


def _checked_digest(sha256: str) -> str:
    if sha256 and not SHA256.fullmatch(sha256):
        raise UploadError(_("A SHA-256 is 64 hexadecimal digits, in lower case."))
    return sha256


def _find(wish: Wish) -> Begun | None:
    """Return the upload that the same key began. Raises UploadError where it was another's."""
    upload = (
        Upload.objects.select_related("node__content")
        .filter(owner_id=wish.folder.owner_id, idempotency_key=wish.key)
        .first()
    )
    if upload is None:
        return None
    if not _is_of(upload, wish):
        raise UploadError(_("This key belongs to another upload. Send a new one."))
    if upload.state == Upload.State.DONE:
        return Begun(node=upload.node, new=False)
    return Begun(upload=upload, new=False)


def _is_of(upload: Upload, wish: Wish) -> bool:
    if wish.target is not None:
        return (upload.target_id, upload.size) == (wish.target.pk, wish.size)
    same = (None, list(wish.names), wish.size, wish.folder.pk)
    return (upload.target_id, upload.path, upload.size, upload.folder_id) == same


@transaction.atomic
def _place_known(wish: Wish) -> Node | None:
    """Make a file of bytes that the owner keeps already. They count once in the quota."""
    lock_tree(wish.folder.owner_id)
    blob = (
        Blob.objects.filter(owner_id=wish.folder.owner_id, size=wish.size, sha256=wish.sha256)
        # Under the tree's lock what a version names stays; what none names may go any moment.
        .filter(versions__isnull=False, quarantined_at=None)
        .first()
    )
    if blob is None:
        return None
    if wish.target is not None:
        return place_version(node=wish.target, blob=blob, act=wish.act)
    *folders, name = wish.names
    return place_blob(
        folder=wish.folder,
        folders=folders,
        name=name,
        blob=blob,
        conflict=wish.conflict,
        act=wish.act,
    )


def _reserve(wish: Wish) -> Begun:
    upload = _planned(wish)
    store = part_store(upload.store)
    upload.store_upload_id = store.begin(key=upload.key, size=upload.size, parts=part_count(upload))
    begun = None
    try:
        begun = _enter(upload, wish)
    finally:
        # Refused, or another request with the same key was faster.
        if begun is None or begun.upload is not upload:
            store.forget(upload)
    return begun


def _planned(wish: Wish) -> Upload:
    owner_id = wish.folder.owner_id
    pk = uuid4()
    return Upload(
        id=pk,
        owner_id=owner_id,
        sender_id=wish.sender.pk if wish.sender else None,
        file_request=wish.act.request,
        guest=wish.act.guest,
        folder=wish.folder,
        target=wish.target,
        path=list(wish.names),
        conflict=wish.conflict,
        idempotency_key=wish.key,
        size=wish.size,
        part_size=part_size_for(wish.size),
        sha256=wish.sha256,
        store=current_store(),
        # As random as any; and what is left in a store is known by it.
        key=f"{BLOBS}/{owner_id}/{pk.hex}",
        expires_at=kept_until(by_guest=wish.act.request is not None),
    )


@transaction.atomic
def _enter(upload: Upload, wish: Wish) -> Begun:
    """Reserve the space, under the vault's lock: of many at once, only as many as fit."""
    # The tree first, always; and the place must be there still.
    lock_tree(upload.owner_id)
    if wish.target is None:
        living_folder(wish.folder)
    else:
        living_file(wish.target)
    vault = lock_vault(upload.owner_id)
    if (known := _find(wish)) is not None:
        return known
    # Guests do not use up what the owner may have under way, nor the other way round.
    if upload.file_request is None:
        _refuse_too_many(upload.owner_id)
    else:
        reserve_room(upload.file_request, upload.size)
    require_room(vault=vault, size=upload.size)
    upload.save(force_insert=True)
    return Begun(upload=upload)


def _refuse_too_many(owner_id: UUID) -> None:
    beside = Upload.objects.under_way().filter(owner_id=owner_id, file_request=None).count()
    if beside >= settings.FILES_UPLOADS_OPEN:
        raise UploadLimitError(
            _("%(count)s uploads are under way already. Finish some, or give them up.")
            % {"count": intcomma(beside)}
        )
