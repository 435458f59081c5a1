"""What you are told, by what ways, and what is still owed."""

from notifications.models.announcements import Announcement
from notifications.models.inbound import InboundMessage
from notifications.models.notices import Notification, NotificationQuerySet
from notifications.models.outbox import ChannelState, Delivery, DeliveryQuerySet, Letter
from notifications.models.people import Endpoint, EndpointQuerySet, Preference, Suppression, Timing
from notifications.models.webhooks import ANSWER_LENGTH, Webhook, WebhookCall

__all__ = [
    "ANSWER_LENGTH",
    "Announcement",
    "ChannelState",
    "Delivery",
    "DeliveryQuerySet",
    "Endpoint",
    "EndpointQuerySet",
    "InboundMessage",
    "Letter",
    "Notification",
    "NotificationQuerySet",
    "Preference",
    "Suppression",
    "Timing",
    "Webhook",
    "WebhookCall",
]
