"""All of a person's data, packed for download."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.models.person import User


class ArchiveQuerySet(models.QuerySet["Archive"]):
    def of(self, user: "User") -> "ArchiveQuerySet":
        return self.filter(user=user)

    def under_way(self) -> "ArchiveQuerySet":
        return self.filter(state=Archive.State.ASKED)

    def ready(self) -> "ArchiveQuerySet":
        """What can be downloaded now."""
        return self.filter(state=Archive.State.READY, expires_at__gt=timezone.now())

    def failed(self) -> "ArchiveQuerySet":
        """What was given up lately, and has not been asked for again."""
        return self.filter(state=Archive.State.FAILED, expires_at__gt=timezone.now())

    def stuck(self, *, patience: timedelta) -> "ArchiveQuerySet":
        """What should have come to be long ago."""
        return self.under_way().filter(asked_at__lt=timezone.now() - patience)

    def over(self) -> "ArchiveQuerySet":
        """What was kept for long enough."""
        return self.filter(expires_at__lte=timezone.now())


class Archive(models.Model):
    """One ZIP of everything, asked for by its owner and made by a worker."""

    class State(models.TextChoices):
        ASKED = "asked", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="archives"
    )
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    # Where it is, or is being written: here before the first byte, so that nothing is left behind.
    key = models.CharField(max_length=200, blank=True)
    # Bytes, once it is ready.
    size = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("archive")
        verbose_name_plural = _("archives")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(state="asked"), name="archive_one_under_way"
            )
        ]

    def __str__(self) -> str:
        return f"archive {self.pk} {self.state}"
