"""What happened, to whom."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NotificationQuerySet(models.QuerySet["Notification"]):
    def inbox_of(self, user_id: uuid.UUID) -> "NotificationQuerySet":
        """What the person's inbox holds, the newest first."""
        shown = self.filter(recipient_id=user_id, in_inbox=True, archived_at=None)
        return shown.order_by("-id")

    def archive_of(self, user_id: uuid.UUID) -> "NotificationQuerySet":
        kept = self.filter(recipient_id=user_id, in_inbox=True, archived_at__isnull=False)
        return kept.order_by("-id")

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that one person is told. Its words are made from kind and context when shown."""

    # Shown to the outside, in addresses and messages; the number below is the order.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # None: not to a person but to the site's own endpoints, such as an operators' topic.
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        null=True,
        blank=True,
    )
    kind = models.CharField(max_length=40)
    # Of the kind: what the inbox is filtered by.
    category = models.CharField(max_length=20, blank=True)
    context = models.JSONField(default=dict, blank=True)
    # A path on this site, or "".
    url = models.CharField(max_length=500, blank=True)
    # Once-only: of two with one key, kind and recipient, the first is kept.
    key = models.CharField(max_length=200, blank=True)
    in_inbox = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "key"],
                condition=~models.Q(key=""),
                name="notification_once",
            ),
            # NULLs differ from each other: the site's own need one of theirs.
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(recipient=None) & ~models.Q(key=""),
                name="notification_once_for_site",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "-id"],
                condition=models.Q(in_inbox=True, archived_at=None),
                name="notification_inbox",
            ),
            # What the bell counts at every page.
            models.Index(
                fields=["recipient", "-id"],
                condition=models.Q(in_inbox=True, archived_at=None, read_at=None),
                name="notification_unread",
            ),
            models.Index(
                fields=["recipient", "-id"],
                condition=models.Q(in_inbox=True, archived_at__isnull=False),
                name="notification_archive",
            ),
            models.Index(
                fields=["recipient", "category", "-id"],
                condition=models.Q(in_inbox=True, archived_at=None),
                name="notification_category",
            ),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
