"""What is posted: one JSON object, the same for webhooks and for topics. docs/webhooks.md."""

import json

from notifications.channels.base import JSON, Message


def payload_of(message: Message) -> dict[str, JSON]:
    """Return `type`, `timestamp` and `data`, as Standard Webhooks asks for."""
    data: dict[str, JSON] = {
        "notification": str(message.uuid),
        "category": message.category,
        "title": message.title,
        "text": message.text,
        "url": message.url,
        "person": message.recipient_id,
        "context": dict(message.context),
    }
    return {"type": message.kind, "timestamp": message.created_at.isoformat(), "data": data}


def encoded(message: Message) -> bytes:
    return json.dumps(payload_of(message), separators=(",", ":"), sort_keys=True).encode()
