"""Opening letters, whose words are sealed until they went."""

import json

from notifications.channels.base import Message
from notifications.errors import RefusedError
from notifications.kept_secrets import UnreadableSecretError, unseal
from notifications.models import Delivery, Letter

PURPOSE = "letter"


def open_letter(letter: Letter, *, delivery: Delivery) -> Message:
    """Return what is to be sent. Raises RefusedError where no key of the site opens it."""
    try:
        words = json.loads(unseal(letter.sealed, purpose=PURPOSE))
    except UnreadableSecretError as error:
        raise RefusedError("sealed under a SECRET_KEY that is gone, or erased") from error
    return Message(
        uuid=delivery.idempotency_key,
        kind="letter",
        category="letter",
        created_at=letter.created_at,
        title=words["subject"],
        text=words["text"],
        html=words["html"],
    )
