"""Adding webhooks, telling people, and reading what arrived as docs/webhooks.md does."""

import json
import re
from pathlib import Path
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from notifications.events import notify
from notifications.models import ChannelState, Delivery, Endpoint, Webhook
from notifications.outbox.pump import Pump
from notifications.receivers import webhooks
from notifications.tests.receiver import Handler, Received

ROOT = Path(__file__).resolve().parents[3]
SHARED: dict[str, Any] = {"actor": "Rosa", "name": "Plän <b>"}
State = Delivery.State


def says_it_back(handler: Handler) -> None:
    challenge = json.loads(handler.server.received[-1].body)["data"]["context"].get("challenge")
    handler.answer(200, json.dumps({"challenge": challenge}).encode())


def add(person: AbstractBaseUser, url: str) -> tuple[Webhook, str]:
    webhook, secret = webhooks.add_webhook(user=person, url=url, label="Mine")
    Pump().drain()
    webhook.refresh_from_db()
    return webhook, secret


def tell(person: AbstractBaseUser) -> Delivery:
    """Tell of something and deliver; return what is owed to the webhook."""
    notify(kind="file_shared", to=person, context=SHARED, url="/files/")
    Pump().drain()
    return Delivery.objects.filter(channel="webhook").latest("pk")


def again(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    # Breakers of the circuit are not what is tried here.
    ChannelState.objects.all().delete()
    Pump().drain()
    delivery.refresh_from_db()
    return delivery


def is_confirmed(webhook: Webhook) -> bool:
    return Endpoint.objects.get(pk=webhook.pk).verified_at is not None


def verify_as_documented(secret: str, got: Received) -> Any:
    """Run the receiver's code of docs/webhooks.md on what arrived."""
    page = (ROOT / "docs/webhooks.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    space: dict[str, Any] = {}
    exec(compile(example, "docs/webhooks.md", "exec"), space)
    return space["verify"](secret, got.headers, got.body)
