"""Addresses that are known to be a person's: added, switched off and on, removed."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from notifications import suppression
from notifications.channels.base import JSON
from notifications.models import Endpoint


@transaction.atomic
def add_endpoint(
    *,
    user: AbstractBaseUser,
    channel: str,
    address: str,
    label: str = "",
    data: dict[str, JSON] | None = None,
) -> Endpoint:
    """Add an address that was just shown to be the person's and to work; adding again renews it."""
    endpoint, _ = Endpoint.objects.update_or_create(
        user_id=user.pk,
        channel=channel,
        address=address,
        defaults={
            "label": label,
            "data": data or {},
            "verified_at": timezone.now(),
            "disabled_at": None,
            "disabled_reason": "",
        },
    )
    suppression.lift(channel=channel, address=address)
    return endpoint


@transaction.atomic
def disable_endpoint(*, endpoint: Endpoint, reason: str) -> bool:
    """Send nothing there any more; return whether that is new. The first reason stays."""
    enabled = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    return bool(enabled.update(disabled_at=timezone.now(), disabled_reason=reason[:200]))


@transaction.atomic
def enable_endpoint(*, endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(disabled_at=None, disabled_reason="")


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint) -> None:
    """Forget an address, and what is still owed to it."""
    endpoint.delete()
