"""A tree of folders and files for each owner."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q


class NodeQuerySet(models.QuerySet["Node"]):
    def owned_by(self, user: AbstractBaseUser) -> Self:
        return self.filter(owner=user)

    def living(self) -> Self:
        return self.filter(trashed_at=None)

    def folders(self) -> Self:
        return self.filter(kind=Node.Kind.FOLDER)

    def files(self) -> Self:
        return self.filter(kind=Node.Kind.FILE)

    def below_root(self) -> Self:
        """Leave out the folder that stands for the whole vault."""
        return self.exclude(parent=None)

    def in_trash(self) -> Self:
        """What the trash shows: what was deleted itself, not what went along inside of it."""
        return self.filter(trashed_at__isnull=False, trash_root=F("pk"))


class Node(models.Model):
    """A folder or a file in its owner's tree.

    Each owner has one root folder: the node without a parent, named "".
    """

    class Kind(models.IntegerChoices):
        # In this order listings show them.
        FOLDER = 0
        FILE = 1

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="children", db_index=False
    )
    kind = models.SmallIntegerField(choices=Kind)
    # Display text, NFC. Never part of a path or a storage key.
    name = models.CharField(max_length=255)
    # The name without regard to case, by which folders keep names unique.
    name_key = models.CharField(max_length=765, editable=False)
    # The name as it is searched: without accents too (files.names.search_key). Empty until the
    # worker has filled it in, where an older release has written the row.
    search_key = models.CharField(max_length=765, editable=False, db_default="")
    # The same with numbers in the order people count, by which lists are ordered.
    sort_key = models.CharField(max_length=1020, editable=False)
    # Of the newest version, copied here so that a listing reads and sorts by one index.
    size = models.BigIntegerField(default=0)
    media_type = models.CharField(max_length=100, blank=True)
    content = models.ForeignKey(
        "Blob", on_delete=models.PROTECT, null=True, related_name="current_nodes"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField()
    trashed_at = models.DateTimeField(null=True, editable=False)
    # The node whose deletion took this one along; itself, where it was deleted itself.
    trash_root = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="trashed_with", editable=False
    )

    objects = NodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(parent=None), name="node_one_root_per_owner"
            ),
            models.UniqueConstraint(
                fields=["parent", "name_key"],
                condition=Q(trashed_at=None),
                name="node_name_unique_in_folder",
            ),
            models.CheckConstraint(
                condition=Q(kind=0, content=None, size=0) | Q(kind=1, content__isnull=False),
                name="node_only_files_have_content",
            ),
            models.CheckConstraint(
                condition=Q(trashed_at=None, trash_root=None)
                | Q(trashed_at__isnull=False, trash_root__isnull=False),
                name="node_trashed_with_a_root",
            ),
        ]
        indexes = [
            models.Index(
                fields=["parent", "kind", "sort_key", "id"],
                condition=Q(trashed_at=None),
                name="node_list_by_name",
            ),
            models.Index(
                fields=["parent", "kind", "size", "id"],
                condition=Q(trashed_at=None),
                name="node_list_by_size",
            ),
            models.Index(
                fields=["parent", "kind", "modified_at", "id"],
                condition=Q(trashed_at=None),
                name="node_list_by_time",
            ),
            models.Index(
                fields=["owner", "-modified_at", "-id", "search_key"],
                condition=Q(trashed_at=None),
                name="node_newest",
            ),
            # PostgreSQL has a trigram index on search_key besides: migration 0008.
            models.Index(
                fields=["id"],
                condition=Q(search_key="", parent__isnull=False),
                name="node_search_key_missing",
            ),
            models.Index(
                fields=["owner", "-created_at", "-id"],
                condition=Q(trashed_at=None, kind=1),
                name="node_added_lately",
            ),
            # What a search for the largest reads first, when few are that large.
            models.Index(
                fields=["owner", "size"],
                condition=Q(trashed_at=None, kind=1),
                name="node_by_size",
            ),
            models.Index(
                fields=["owner", "trashed_at", "id"],
                condition=Q(trashed_at__isnull=False),
                name="node_trash",
            ),
            # Every child, the trashed too: for walks down the tree.
            models.Index(fields=["parent"], name="node_parent"),
        ]

    def __str__(self) -> str:
        return self.name or "/"

    @property
    def is_folder(self) -> bool:
        return self.kind == Node.Kind.FOLDER

    @property
    def is_root(self) -> bool:
        return self.parent_id is None
