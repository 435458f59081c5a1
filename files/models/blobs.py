"""Immutable bytes, the versions that name them, and what is made from them to be looked at."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from files.models.tree import Node


class Blob(models.Model):
    """Bytes that never change once they are stored. Only the sweeper deletes one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Which store holds it: "local" or "s3" (files.stores). A vault that moves has both.
    store = models.CharField(max_length=20, db_default="local")
    # `users/<user id>/<random>`: nothing of a name is in it.
    key = models.CharField(max_length=200, unique=True)
    size = models.BigIntegerField()
    # Lower-case hexadecimal. Empty until the worker has read what came straight into a bucket,
    # where the parts' own checksums were verified on arrival.
    sha256 = models.CharField(max_length=64, blank=True)
    # Sniffed from the bytes, never believed from the name.
    media_type = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    # Since when no version names it, as when it has just arrived: it takes no space, and goes with
    # the sweep. None while a version names it: files.quota turns it over.
    released_at = models.DateTimeField(null=True, default=timezone.now, editable=False)
    # When its bytes were last read and found to be right, and when they were found not to be.
    verified_at = models.DateTimeField(null=True, editable=False)
    quarantined_at = models.DateTimeField(null=True, editable=False)
    # By what key its sender knows it, who may not have heard that it has come, and send it again.
    sent_as = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    # When it came to its store from the other one, which keeps its copy for a while.
    moved_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size__gte=0), name="blob_size")]
        indexes = [
            # What a person keeps already is found by it, and not sent again.
            models.Index(fields=["owner", "size", "sha256"], name="blob_known_content"),
            models.Index(
                fields=["released_at"],
                condition=Q(released_at__isnull=False),
                name="blob_released",
            ),
            models.Index(
                fields=["owner", "sent_as"],
                condition=~Q(sent_as=""),
                name="blob_sent_as",
            ),
            # Whose turn it is to be read again.
            models.Index(
                fields=["verified_at", "id"],
                condition=Q(verified_at__isnull=False),
                name="blob_verified",
            ),
            models.Index(fields=["id"], condition=Q(verified_at=None), name="blob_unread"),
            # What is still to be moved, one store's blobs in order.
            models.Index(fields=["store", "id"], name="blob_by_store"),
        ]

    def __str__(self) -> str:
        return self.key


class Version(models.Model):
    """One content that a file has had. The newest is what the file holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="versions")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Who made it, where that was not the owner: an editor of a shared file.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "number"], name="version_number_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} v{self.number}"


class Preview(models.Model):
    """Something made from a blob to be looked at: a thumbnail, a page, highlighted text.

    Made by the worker; may be thrown away and made again at any time.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="previews")
    # "thumbnail", "view", or "page-3".
    variant = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    # Storage key `previews/<user id>/<random>` of what was made, in the default store; empty until
    # then. Previews do not move between stores: they are made again.
    key = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    # Small facts for the page: width, height, page count, EXIF, whether it was cut short.
    details = models.JSONField(default=dict)
    # Why there is none, as a code that the page has words for.
    error = models.CharField(max_length=40, blank=True)
    requested_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blob", "variant"], name="preview_variant_unique"),
        ]
        indexes = [models.Index(fields=["key"], condition=~Q(key=""), name="preview_key")]

    def __str__(self) -> str:
        return f"{self.blob_id} {self.variant} {self.state}"
