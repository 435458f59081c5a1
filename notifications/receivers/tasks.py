"""What is done outside of the request that asked for it."""

import logging

from django.tasks import task

from notifications import sns

logger = logging.getLogger(__name__)


@task()
def confirm_subscription(topic: str, token: str) -> str:
    """Confirm to SNS that the topic's messages are to be posted here. Harmless to repeat."""
    subscription = sns.confirm_subscription(topic=topic, token=token)
    logger.info("sns subscription confirmed topic=%s", topic)
    return subscription
