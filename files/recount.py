"""What a vault's figure says, counted anew from what its versions name."""

import logging
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from files.blobs import NAMED
from files.models import Blob, Node, Vault
from files.quota import lock_vault, vault_of

logger = logging.getLogger(__name__)

# A blob counts while it is not released, and is not released while a version names it.
WRONG = Q(NAMED, released_at__isnull=False) | Q(~NAMED, released_at__isnull=True)


def recount_vaults() -> int:
    """Recount every vault. Returns how many figures were wrong."""
    owners = Node.objects.filter(parent=None).values_list("owner_id", flat=True)
    wrong = 0
    for owner_id in owners.iterator(chunk_size=1000):
        off = recount_vault(owner_id=owner_id)
        if off:
            wrong += 1
            logger.warning("recounted vault owner=%s off=%d", owner_id, off)
    return wrong


def recount_vault(*, owner_id: UUID) -> int:
    """Put the figure right. Returns by how many bytes it was too low.

    It goes wrong where a program that does not count has been storing, during a deployment, or
    where a backup was restored. A look comes first, since nearly always all is right, and a large
    vault should not be held while it is counted.
    """
    vault = vault_of(owner_id)
    if _is_right(vault):
        return 0
    return _correct(vault)


def _is_right(vault: Vault) -> bool:
    """Compare in one statement, so that it sees one moment."""
    wrong = Blob.objects.filter(WRONG, owner=OuterRef("pk"))
    looked_at = Vault.objects.filter(pk=vault.pk).annotate(
        kept=Coalesce(Subquery(_kept(OuterRef("pk")), output_field=BigIntegerField()), 0),
        wrong=Exists(wrong),
    )
    return all(seen.kept == seen.used and not seen.wrong for seen in looked_at)


@transaction.atomic
def _correct(vault: Vault) -> int:
    # The tree's lock, where there is a tree: no version comes or goes meanwhile.
    list(Node.objects.select_for_update().filter(owner_id=vault.pk, parent=None))
    vault = lock_vault(vault.pk)
    before = vault.used
    blobs = Blob.objects.filter(owner_id=vault.pk)
    blobs.filter(NAMED, released_at__isnull=False).update(released_at=None)
    blobs.filter(~NAMED, released_at=None).update(released_at=timezone.now())
    used = sum(_kept(vault.pk))
    Vault.objects.filter(pk=vault.pk).update(used=used)
    return int(used - before)


def _kept(owner: UUID | OuterRef) -> QuerySet[Blob, Any]:
    """Return one row, or none for an empty vault: the sum of what versions name."""
    named = Blob.objects.filter(NAMED, owner=owner).order_by().values("owner")
    return named.annotate(kept=Sum("size")).values_list("kept", flat=True)
