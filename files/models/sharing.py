"""Ways for others to what a person keeps."""

import uuid
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from files.models.tree import Node


class ShareQuerySet(models.QuerySet["Share"]):
    def owned_by(self, user: AbstractBaseUser) -> Self:
        return self.filter(node__owner=user)

    def open(self) -> Self:
        """Links that lead somewhere still."""
        now = timezone.now()
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            Q(max_downloads=None) | Q(downloads__lt=F("max_downloads")),
            revoked_at=None,
            node__trashed_at=None,
            node__owner__is_active=True,
        )


class Share(models.Model):
    """A link by which anyone who has it reaches one file, or one folder and what it holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="shares")
    # Of the link's secret, which is shown once.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(max_length=80, blank=True)
    # As Django keeps passwords; empty for none.
    password = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    max_downloads = models.PositiveIntegerField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)
    opens = models.PositiveIntegerField(default=0)
    # Wrong passwords in a row, and when the last one came.
    wrong_passwords = models.PositiveIntegerField(default=0)
    wrong_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["node", "-created_at"], name="share_newest")]

    def __str__(self) -> str:
        return f"share {self.pk}"
