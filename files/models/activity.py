"""What has been done with the things in a vault."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from files.models.sharing import FileRequest, Share
from files.models.tree import Node


class Activity(models.Model):
    """One thing that somebody did in a vault, or through a link into it."""

    class Kind(models.TextChoices):
        UPLOADED = "uploaded", _("Files uploaded")
        REPLACED = "replaced", _("New versions")
        RECEIVED = "received", _("Files sent by guests")
        FOLDER_MADE = "folder_made", _("Folders made")
        RENAMED = "renamed", _("Renamed")
        MOVED = "moved", _("Moved")
        COPIED = "copied", _("Copied")
        DELETED = "deleted", _("Deleted")
        RESTORED = "restored", _("Restored from the trash")
        PURGED = "purged", _("Deleted for good")
        LINK_MADE = "link_made", _("Links made")
        LINK_CHANGED = "link_changed", _("Links changed")
        LINK_ENDED = "link_ended", _("Links ended")
        LINK_OPENED = "link_opened", _("Links opened")
        LINK_DOWNLOADED = "link_downloaded", _("Downloads by links")
        SHARED = "shared", _("Shared with people")
        ROLE_CHANGED = "role_changed", _("Who may edit changed")
        UNSHARED = "unshared", _("No longer shared")
        LEFT = "left", _("Left by people")
        REQUEST_MADE = "request_made", _("File requests made")
        REQUEST_CHANGED = "request_changed", _("File requests changed")
        REQUEST_CLOSED = "request_closed", _("File requests closed")
        REQUEST_REOPENED = "request_reopened", _("File requests opened again")
        REQUEST_ENDED = "request_ended", _("File requests ended")

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
