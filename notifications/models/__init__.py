"""What you are told, by what ways, and what is still owed."""

from notifications.models.notices import Notification, NotificationQuerySet
from notifications.models.outbox import ChannelState, Delivery, DeliveryQuerySet, Letter
from notifications.models.people import Endpoint, EndpointQuerySet, Preference, Suppression, Timing

__all__ = [
    "ChannelState",
    "Delivery",
    "DeliveryQuerySet",
    "Endpoint",
    "EndpointQuerySet",
    "Letter",
    "Notification",
    "NotificationQuerySet",
    "Preference",
    "Suppression",
    "Timing",
]
