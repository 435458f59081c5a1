"""Letters: mails that answer a request, such as a link to verify an address.

They are no notifications: not in the inbox, not to be silenced, and often the key to an account.
They go through the same outbox, so that no request waits for a mail server and none is lost.
"""

import json
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from notifications.channels.base import EMAIL
from notifications.kept_secrets import seal
from notifications.models import Delivery, Letter
from notifications.outbox.opening import PURPOSE
from notifications.outbox.owing import owe


@transaction.atomic
def post(*, to: str, subject: str, text: str, html: str, good_for: timedelta) -> Delivery:
    """Owe a mail to an address. After `good_for` it is useless and is not sent any more."""
    words = json.dumps({"subject": subject, "text": text, "html": html})
    letter = Letter.objects.create(
        sealed=seal(words, purpose=PURPOSE), expires_at=timezone.now() + good_for
    )
    delivery = Delivery(
        letter=letter,
        channel=EMAIL,
        address=to,
        priority=Delivery.Priority.LETTER,
        due_at=Now(),
    )
    owe([delivery])
    return delivery
