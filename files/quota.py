"""How much a person may keep, decided under the lock of the vault's row.

Every blob that a version names counts once, whether it is the newest content, an older version
or in the trash; and so does the whole size of every upload under way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from files.errors import QuotaError
from files.models import Blob, Upload, Vault
from files.sizes import filesize
from notifications.events import notify

BATCH = 1000
# Per cent of the quota at which the owner is told.
LEVELS = (80, 95, 100)
WELL_BELOW = 5


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
    vault, _made = Vault.objects.get_or_create(owner_id=owner_id)
    return vault


def lock_vault(owner_id: UUID) -> Vault:
    """Hold the vault's row until the transaction ends. The tree's lock comes before this one."""
    vaults = Vault.objects.select_for_update()
    vault = vaults.filter(owner_id=owner_id).first()
    if vault is None:
        vault = vaults.get(pk=vault_of(owner_id).pk)
    return vault


def _usage(vault: Vault) -> Usage:
    uploads = Upload.objects.under_way().filter(owner_id=vault.pk)
    reserved = uploads.aggregate(bytes=Sum("size"))["bytes"] or 0
    return Usage(quota=quota_of(vault), used=vault.used, reserved=reserved)


def own_quota(owner_id: UUID) -> int | None:
    """Return the quota that was set for this person alone, in bytes."""
    return Vault.objects.filter(pk=owner_id).values_list("quota", flat=True).first()


def quota_of(vault: Vault) -> int:
    """Return what the owner may keep: their own quota, or else the site's."""
    return int(settings.FILES_QUOTA) if vault.quota is None else vault.quota


@transaction.atomic
def set_quota(*, owner_id: UUID, quota: int | None) -> Vault:
    """Let a person keep so many bytes; None for what the site gives to everyone.

    Less than what is kept already takes nothing away: it only lets nothing more in.
    """
    vault = lock_vault(owner_id)
    vault.quota = quota
    _save(vault)
    return vault


def require_room(*, vault: Vault, size: int) -> None:
    """Raise QuotaError unless `size` more bytes fit. The vault is locked, or it is a first look."""
    usage = _usage(vault)
    if size > usage.free:
        raise QuotaError(
            _(
                "This needs %(needed)s, and %(free)s of your %(quota)s are free. Empty the trash, "
                "delete old versions, or ask the administrator for more."
            )
            % {
                "needed": filesize(size),
                "free": filesize(usage.free),
                "quota": filesize(usage.quota),
            },
            owner_id=vault.pk,
        )


@transaction.atomic(savepoint=False)
def take_space(blob: Blob) -> None:
    """Count a blob that a version begins to name; one that is counted already costs nothing more.

    The row of one that has just been stored is saved with it, if it was not before.

    Call it with the tree locked, in the transaction that makes the version. An upload's own
    reservation must be over by then. Raises QuotaError where it does not fit, and
    Blob.DoesNotExist where the sweeper has been faster: a released blob that is to be named again
    is either held here, so that the sweeper leaves it, or it is gone and its bytes are sent anew.
    """
    vault = lock_vault(blob.owner_id)
    if blob._state.adding:  # noqa: SLF001  (documented)
        require_room(vault=vault, size=blob.size)
        blob.released_at = None
        blob.save(force_insert=True)
        _count(vault, blob.size)
        return
    blobs = Blob.objects.filter(pk=blob.pk)
    if not blobs.filter(released_at__isnull=False).update(released_at=None):
        # Counted, by the version that names it. Or swept.
        blobs.only("pk").get()
        return
    require_room(vault=vault, size=blob.size)
    _count(vault, blob.size)
    blob.released_at = None


def _count(vault: Vault, size: int) -> None:
    vault.used += size
    _save(vault)


@transaction.atomic
def give_back_space(*, owner_id: UUID, blob_ids: Iterable[UUID]) -> int:
    """Release those of the blobs that no version names any more. Returns their bytes.

    Call it with the tree locked, after the versions are gone. They can be swept once they have
    been released for long enough.
    """
    vault = lock_vault(owner_id)
    given_back = sum(_release(owner_id, batch) for batch in batched(blob_ids, BATCH))
    # Never below nothing, which would refuse the purge: during a deployment, the program before
    # this one has stored without counting. The next recount puts that right.
    vault.used = max(0, vault.used - given_back)
    _save(vault)
    return given_back


def _release(owner_id: UUID, blob_ids: Sequence[UUID]) -> int:
    going = Blob.objects.filter(
        owner_id=owner_id, pk__in=blob_ids, versions=None, released_at__isnull=True
    )
    sizes = dict(going.values_list("pk", "size"))
    Blob.objects.filter(pk__in=list(sizes)).update(released_at=timezone.now())
    return sum(sizes.values())


def _save(vault: Vault) -> None:
    """Save the locked row, and tell its owner of a level that it has come up to, once.

    They are told again only after it has been well below: files come and go near a limit.
    """
    level = _level_of(vault)
    if level > vault.told_level:
        vault.told_level = level
        notify(
            kind=f"quota_{level}",
            to=vault.owner,
            context={"used": vault.used, "quota": quota_of(vault)},
            url=reverse("files:space"),
        )
    elif _percent(vault) < vault.told_level - WELL_BELOW:
        vault.told_level = level
    vault.save(update_fields=["quota", "used", "told_level"])


def _level_of(vault: Vault) -> int:
    return max((level for level in LEVELS if _percent(vault) >= level), default=0)


def _percent(vault: Vault) -> int:
    """Return how full it is, as it is shown: 99.5 % is full."""
    quota = quota_of(vault)
    return round(100 * vault.used / quota) if quota else 0
