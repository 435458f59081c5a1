"""How much a person may keep, decided under the lock of the vault's row.

Every blob that a version names counts once, whether it is the newest content, an older version
or in the trash; and so does the whole size of every upload under way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from files.errors import QuotaError
from files.models import Blob, Upload, Vault
from files.sizes import filesize


@dataclass(frozen=True)
class Usage:
    """In bytes."""

    quota: int
    used: int
    reserved: int

    @property
    def free(self) -> int:
        return max(0, self.quota - self.used - self.reserved)


def usage_of(owner: AbstractBaseUser) -> Usage:
    """Return what is kept and what may be. Two queries, whatever is kept."""
    return _usage(vault_of(owner.pk))


def vault_of(owner_id: UUID) -> Vault:
    vault, _ = Vault.objects.get_or_create(owner_id=owner_id)
    return vault


def lock_vault(owner_id: UUID) -> Vault:
    """Hold the vault's row until the transaction ends. The tree's lock comes before this one."""
    vault_of(owner_id)
    return Vault.objects.select_for_update().get(owner_id=owner_id)


def _usage(vault: Vault) -> Usage:
    uploads = Upload.objects.under_way().filter(owner_id=vault.pk)
    reserved = uploads.aggregate(bytes=Sum("size"))["bytes"] or 0
    quota = settings.FILES_QUOTA if vault.quota is None else vault.quota
    return Usage(quota=quota, used=vault.used, reserved=reserved)


def require_room(*, vault: Vault, size: int) -> None:
    """Raise QuotaError unless `size` more bytes fit. The vault is locked, or it is a first look."""
    usage = _usage(vault)
    if size > usage.free:
        raise QuotaError(
            f"This needs {filesize(size)}, and {filesize(usage.free)} of your "
            f"{filesize(usage.quota)} are free. Empty the trash, delete old versions, or "
            "ask the administrator for more."
        )


@transaction.atomic
def take_space(blob: Blob) -> None:
    """Count a blob that a version begins to name. Raises QuotaError where it does not fit.

    Call it with the tree locked. An upload's own reservation must be over by then.
    """
    vault = lock_vault(blob.owner_id)
    require_room(vault=vault, size=blob.size)
    Vault.objects.filter(pk=vault.pk).update(used=F("used") + blob.size)


@transaction.atomic
def give_back_space(*, owner_id: UUID, blob_ids: Iterable[UUID]) -> int:
    """Release those of the blobs that no version names any more. Returns their bytes.

    Call it with the tree locked, after the versions are gone. They can be swept from now on.
    """
    vault = lock_vault(owner_id)
    going = Blob.objects.filter(
        owner_id=owner_id, pk__in=list(blob_ids), versions=None, released_at=None
    )
    sizes = dict(going.values_list("pk", "size"))
    Blob.objects.filter(pk__in=list(sizes)).update(released_at=timezone.now())
    given_back = sum(sizes.values())
    Vault.objects.filter(pk=vault.pk).update(used=F("used") - given_back)
    return given_back
