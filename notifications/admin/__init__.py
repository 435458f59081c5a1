"""What administrators see of what people are told, and the little that they change."""

from notifications.admin.announcements import AnnouncementAdmin
from notifications.admin.deliveries import DeliveryAdmin
from notifications.admin.suppressions import SuppressionAdmin

__all__ = ["AnnouncementAdmin", "DeliveryAdmin", "SuppressionAdmin"]
