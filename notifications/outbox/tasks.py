"""The outbox on Django's tasks framework, for queues whose workers are not our own."""

import logging

from django.tasks import task

from notifications.outbox.pump import Pump

logger = logging.getLogger(__name__)


@task()
def deliver_due() -> dict[str, int]:
    """Deliver all that is due. Running twice at once, or again after a crash, does no harm."""
    tally = Pump().drain()
    if tally:
        logger.info("delivered %s", dict(tally))
    return dict(tally)
