"""What has been done with the things in a vault."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from files.models.sharing import FileRequest, Share
from files.models.tree import Node


class Activity(models.Model):
    """One thing that somebody did in a vault, or through a link into it."""

    class Kind(models.TextChoices):
        UPLOADED = "uploaded"
        REPLACED = "replaced"
        RECEIVED = "received"
        FOLDER_MADE = "folder_made"
        RENAMED = "renamed"
        MOVED = "moved"
        COPIED = "copied"
        DELETED = "deleted"
        RESTORED = "restored"
        PURGED = "purged"
        LINK_MADE = "link_made"
        LINK_CHANGED = "link_changed"
        LINK_ENDED = "link_ended"
        LINK_OPENED = "link_opened"
        LINK_DOWNLOADED = "link_downloaded"
        SHARED = "shared"
        ROLE_CHANGED = "role_changed"
        UNSHARED = "unshared"
        LEFT = "left"
        REQUEST_MADE = "request_made"
        REQUEST_ENDED = "request_ended"

    id = models.BigAutoField(primary_key=True)
    # Whose vault it is.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # None once it has been deleted for good; what it was called then stays.
    node = models.ForeignKey(
        Node, on_delete=models.SET_NULL, null=True, related_name="activity", db_index=False
    )
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20, choices=Kind)
    # None: a guest, or the site itself.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    # What a guest called themselves.
    guest = models.CharField(max_length=80, blank=True)
    share = models.ForeignKey(Share, on_delete=models.SET_NULL, null=True, related_name="+")
    request = models.ForeignKey(FileRequest, on_delete=models.SET_NULL, null=True, related_name="+")
    # What else is to be said: the former name, the folder it went to, with whom it is shared.
    detail = models.CharField(max_length=255, blank=True)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="activity_of_vault"),
            models.Index(fields=["node", "-id"], name="activity_of_node"),
            models.Index(fields=["at"], name="activity_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
