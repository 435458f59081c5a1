"""How much a person keeps, and may keep."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Vault(models.Model):
    """One person's space. Its row is locked by whatever takes or gives back some of it."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    # In bytes, set by an administrator; None for settings.FILES_QUOTA.
    quota = models.BigIntegerField(null=True, blank=True)
    # The sum of the sizes of all blobs that a version names: the newest, older ones, the trash.
    used = models.BigIntegerField(default=0, editable=False)
    # The level, in per cent of the quota, that the owner has been told to have reached.
    told_level = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(used__gte=0), name="vault_used_not_negative"),
            models.CheckConstraint(
                condition=Q(quota=None) | Q(quota__gte=0), name="vault_quota_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"vault of {self.owner_id}"
