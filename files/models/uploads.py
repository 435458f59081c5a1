"""Uploads under way: what is to come, what has arrived, and until when it is waited for."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q

from files.models.sharing import FileRequest
from files.models.tree import Node


class UploadQuerySet(models.QuerySet["Upload"]):
    def owned_by(self, user: AbstractBaseUser) -> Self:
        return self.filter(owner=user)

    def sent_by(self, user: AbstractBaseUser) -> Self:
        own = Q(owner=user, sender=None, file_request=None)
        return self.filter(own | Q(sender=user))

    def under_way(self) -> Self:
        """Those that hold space for what is still to come."""
        return self.filter(state__in=(Upload.State.OPEN, Upload.State.COMPLETING))


class Upload(models.Model):
    """A file that is being sent in parts, to its owner's vault. Its size is reserved."""

    class State(models.TextChoices):
        OPEN = "open"
        # Somebody asked for the end; harmless to ask again.
        COMPLETING = "completing"
        DONE = "done"
        ABORTED = "aborted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # Who sends it, where that is not the owner: an editor of a shared folder.
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    # By which it is sent, and what its sender called themselves: a guest who was asked for files.
    file_request = models.ForeignKey(
        FileRequest, on_delete=models.CASCADE, null=True, related_name="+"
    )
    guest = models.CharField(max_length=80, blank=True, db_default="")
    folder = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    # The file that it is to be a new version of, wherever that is by then; None for a path.
    target = models.ForeignKey(Node, on_delete=models.CASCADE, null=True, related_name="+")
    # Clean names below the folder, the last one the file's: ["Holiday", "beach.jpg"].
    path = models.JSONField()
    # A files.conflicts.Conflict.
    conflict = models.CharField(max_length=10)
    # By which the sender knows it again: the same key is the same upload.
    idempotency_key = models.CharField(max_length=100)
    # In bytes. Every part but the last has `part_size`.
    size = models.BigIntegerField()
    part_size = models.BigIntegerField()
    # Lower-case hexadecimal, where the sender said it.
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # Which store takes it (files.stores), under which key, and S3's own name for the upload.
    store = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    store_upload_id = models.CharField(max_length=1024, blank=True)
    # Its bytes once they are whole, until a file has been made of them.
    blob = models.ForeignKey("Blob", on_delete=models.SET_NULL, null=True, related_name="uploads")
    # What came of it.
    node = models.ForeignKey(Node, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "idempotency_key"], name="upload_key_unique"),
            models.CheckConstraint(condition=Q(size__gte=0, part_size__gt=0), name="upload_sizes"),
        ]
        indexes = [
            models.Index(
                fields=["owner", "size"],
                condition=Q(state__in=("open", "completing")),
                name="upload_reserved",
            ),
            models.Index(fields=["expires_at"], name="upload_expiry"),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk} {self.state}"


class UploadPart(models.Model):
    """A part that has arrived, whole and durable.

    With parts that go straight to S3: one whose checksum was signed. S3 knows what has arrived.
    """

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(
        Upload, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    # Counted from 1.
    number = models.PositiveIntegerField()
    size = models.BigIntegerField()
    # Lower-case hexadecimal.
    sha256 = models.CharField(max_length=64)
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_part_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} part {self.number}"
