"""The secrets of a webhook: kept encrypted, exchanged without a gap."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notifications.kept_secrets import seal, unseal
from notifications.models import Webhook
from notifications.webhooks.signing import make_secret

PURPOSE = "webhook"
# So long posts carry both signatures, for the receiver to be given the new secret.
OVERLAP = timedelta(hours=24)


def new_key() -> tuple[str, str]:
    """Return a new secret, to be shown once, and how it is kept."""
    secret = make_secret()
    return secret, seal(secret, purpose=PURPOSE)


@transaction.atomic
def rotate(*, webhook: Webhook) -> str:
    """Make a new secret and return it; the one before stays good for a day."""
    held = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret, held_secret = new_key()
    held.sealed_previous, held.previous_until = held.sealed_secret, timezone.now() + OVERLAP
    held.sealed_secret = held_secret
    held.save(update_fields=["sealed_secret", "sealed_previous", "previous_until"])
    return secret


def keys_of(webhook: Webhook) -> list[str]:
    """Return what to sign by, the newest first. Raises UnreadableSecretError."""
    sealed = [webhook.sealed_secret]
    if webhook.previous_until is not None and webhook.previous_until > timezone.now():
        sealed.append(webhook.sealed_previous)
    return [unseal(one, purpose=PURPOSE) for one in sealed]
