"""Ways for others to what a person keeps: links, people of the site, requests for files."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from files.models.tree import Node


class SecretLink(models.Model):
    """What a link that is known by its secret has, whichever way it leads."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Of the link's secret, which is shown once.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(max_length=80, blank=True)
    # As Django keeps passwords; empty for none.
    password = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    opens = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, editable=False)
    # Wrong passwords in a row, and when the last one came.
    wrong_passwords = models.PositiveIntegerField(default=0)
    wrong_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


def _leads_somewhere() -> Q:
    """Return the condition of every link that still works: its end has not come."""
    return Q(
        Q(expires_at=None) | Q(expires_at__gt=timezone.now()),
        revoked_at=None,
        node__trashed_at=None,
        node__owner__is_active=True,
    )


class ShareQuerySet(models.QuerySet["Share"]):
    def owned_by(self, user: AbstractBaseUser) -> Self:
        return self.filter(node__owner=user)

    def unended(self) -> Self:
        """Links that lead somewhere, used up or not."""
        return self.filter(_leads_somewhere())

    def open(self) -> Self:
        """Links that lead somewhere still."""
        return self.unended().filter(Share.LEFT)


class Share(SecretLink):
    """A link by which anyone who has it reaches one file, or one folder and what it holds."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="shares")
    # To be looked at, without a download.
    view_only = models.BooleanField(default=False, db_default=False)
    max_downloads = models.PositiveIntegerField(null=True, blank=True)
    downloads = models.PositiveIntegerField(default=0)

    objects = ShareQuerySet.as_manager()

    # Downloads are left.
    LEFT = Q(max_downloads=None) | Q(downloads__lt=F("max_downloads"))

    class Meta:
        indexes = [
            models.Index(fields=["node", "-created_at"], name="share_newest"),
            models.Index(
                fields=["expires_at"],
                condition=Q(revoked_at=None, expires_at__isnull=False),
                name="share_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"share {self.pk}"

    @property
    def is_used_up(self) -> bool:
        return self.max_downloads is not None and self.downloads >= self.max_downloads


class FileRequestQuerySet(models.QuerySet["FileRequest"]):
    def owned_by(self, user: AbstractBaseUser) -> Self:
        return self.filter(node__owner=user)

    def listed(self) -> Self:
        """Requests that their owners see: closed ones too, but none that has been ended."""
        return self.filter(revoked_at=None)

    def unended(self) -> Self:
        """Requests that lead somewhere, full or not."""
        return self.filter(_leads_somewhere(), closed_at=None)

    def open(self) -> Self:
        """Requests that take another file."""
        return self.unended().filter(
            Q(max_files=None) | Q(files__lt=F("max_files")),
            Q(max_bytes=None, bytes__lt=settings.FILES_REQUEST_BYTES) | Q(bytes__lt=F("max_bytes")),
        )


class FileRequest(SecretLink):
    """A link by which anyone who has it puts files into one folder, and sees nothing of it."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="file_requests")
    # What the sender reads: what is asked for.
    message = models.CharField(max_length=500, blank=True)
    # In bytes, of one file and of all together; None where the site's own limit holds.
    max_file_bytes = models.BigIntegerField(null=True, blank=True)
    max_bytes = models.BigIntegerField(null=True, blank=True)
    max_files = models.PositiveIntegerField(null=True, blank=True)
    # What has come.
    files = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)

    # Since when its owner lets nothing more in; None while it is open.
    closed_at = models.DateTimeField(null=True, blank=True)

    # How many the owner has been told of, and when the last one came.
    told_files = models.PositiveIntegerField(default=0)
    last_file_at = models.DateTimeField(null=True, editable=False)

    objects = FileRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["node", "-created_at"], name="request_newest")]

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def most_bytes(self) -> int:
        """How many bytes it takes in all: nobody's space is open to guests without a limit."""
        return settings.FILES_REQUEST_BYTES if self.max_bytes is None else self.max_bytes

    @property
    def is_full(self) -> bool:
        all_files = self.max_files is not None and self.files >= self.max_files
        return all_files or self.bytes >= self.most_bytes


class GrantQuerySet(models.QuerySet["Grant"]):
    def given_by(self, user: AbstractBaseUser) -> Self:
        return self.filter(node__owner=user)

    def held_by(self, user: AbstractBaseUser) -> Self:
        """What the person has been let into, and can still reach."""
        return self.filter(person=user, node__trashed_at=None, node__owner__is_active=True)


class Grant(models.Model):
    """One person of the site let into a file, or into a folder and what it holds.

    It is made for an address or user name, whether or not somebody has it: who shares cannot
    tell. `person` is set where somebody does, now or once a newcomer has confirmed the address.
    """

    class Role(models.TextChoices):
        VIEWER = "viewer"
        EDITOR = "editor"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="grants", db_index=False)
    # As it was typed, in lower case.
    address = models.CharField(max_length=254)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
    )
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)
    # When the person first came: only then the owner sees that there is one, and the name.
    opened_at = models.DateTimeField(null=True, editable=False)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node", "address"], name="grant_once_per_address"),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at", "-id"], name="grant_held"),
            models.Index(fields=["address"], condition=Q(person=None), name="grant_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.node_id}"
