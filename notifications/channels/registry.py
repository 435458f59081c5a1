"""The channels that there are."""

from notifications.channels.base import Channel
from notifications.channels.email import EmailChannel
from notifications.channels.push import PushChannel
from notifications.channels.sms import SmsChannel
from notifications.channels.topic import TopicChannel
from notifications.channels.webhook import WebhookChannel

CHANNELS: dict[str, Channel] = {
    channel.name: channel
    for channel in (EmailChannel(), PushChannel(), SmsChannel(), WebhookChannel(), TopicChannel())
}


def configured_channels() -> list[Channel]:
    """Return the channels that the settings let send."""
    return [channel for channel in CHANNELS.values() if channel.is_configured()]
