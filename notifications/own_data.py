"""What is kept about a person here, for the archive of all their data."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from notifications.models import Endpoint, Notification, Preference, Timing

# Rows that are held in memory at once.
CHUNK = 500


def own_data(user: AbstractBaseUser) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield names of files and their content, as JSON. Secrets and keys are left out."""
    own = {"user_id": user.pk}
    addresses = Endpoint.objects.filter(**own).order_by("pk")
    times = ("created_at", "verified_at", "disabled_at")
    yield "addresses.json", _listed(addresses.values("channel", "address", "label", *times))
    chosen = Preference.objects.filter(**own).order_by("pk")
    yield "preferences.json", _listed(chosen.values("subject", "channel", "mode"))
    hours = Timing.objects.filter(**own)
    yield "times.json", _listed(hours.values("quiet_from", "quiet_until", "digest_hour"))
    shown = Notification.objects.filter(recipient_id=user.pk, in_inbox=True).order_by("pk")
    told = ("kind", "context", "url", "created_at", "read_at", "archived_at")
    yield "notifications.json", _listed(shown.values(*told))


def _listed(rows: QuerySet[Any, Any]) -> Iterator[bytes]:
    """Yield a list, piece by piece: there may be any number of rows."""
    before = b"[\n"
    for row in rows.iterator(chunk_size=CHUNK):
        yield before + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"
