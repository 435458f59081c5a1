"""Amazon SNS: one client, and what its errors mean for what was to be sent.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

import logging
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from notifications.errors import (
    BadAddressError,
    ChannelError,
    RefusedError,
    TemporaryError,
    ThrottledError,
)

logger = logging.getLogger(__name__)

# A page may wait for a code to be sent: better a clear error than a long wait.
TIMEOUTS = Config(
    connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"}
)
THROTTLED = {
    "KMSThrottling",
    "KMSThrottlingException",
    "RequestLimitExceeded",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
# Nobody is there, or wants nothing.
BAD_ADDRESS = {"EndpointDisabled", "NotFound", "OptedOut", "PlatformApplicationDisabled"}
# Of what was sent. "InvalidParameter" is also what a number that is none gets.
REFUSED = {
    "InvalidParameter",
    "InvalidParameterException",
    "InvalidParameterValue",
    "InvalidSecurity",
    "ParameterValueInvalid",
    "ValidationError",
    "ValidationException",
}


def publish(**what: Any) -> str:
    """Hand something to SNS and return its MessageId.

    Raises a ChannelError. Whatever is not ours to mend by sending something else, such as rights
    or credentials that are missing, is temporary: an operator mends it, and nothing is lost.
    """
    try:
        answer = client().publish(**what)
    except (BotoCoreError, ClientError) as error:
        code = code_of(error)
        # The words of AWS may repeat the number.
        logger.warning("sns refused error=%s", code)
        raise classified(code) from error
    logger.info("sns accepted id=%s", answer["MessageId"])
    return str(answer["MessageId"])


def confirm_subscription(*, topic: str, token: str) -> str:
    """Confirm that what a topic has to say is to be posted here; return the subscription.

    `AuthenticateOnUnsubscribe`: nobody else can end it by the link in each message.
    Raises a ChannelError.
    """
    try:
        answer = client().confirm_subscription(
            TopicArn=topic, Token=token, AuthenticateOnUnsubscribe="true"
        )
    except (BotoCoreError, ClientError) as error:
        raise classified(code_of(error)) from error
    return str(answer["SubscriptionArn"])


def classified(code: str) -> ChannelError:
    if code in THROTTLED:
        return ThrottledError(code)
    if code in BAD_ADDRESS:
        return BadAddressError(code)
    if code in REFUSED:
        return RefusedError(code)
    return TemporaryError(code)


def code_of(error: Exception) -> str:
    """Return what AWS calls the failure; for one that it never saw, what botocore does."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


@cache
def client() -> Any:
    """Return the client: made once, for making one takes 100 ms; safe to share among threads."""
    # A session of its own: the module's is not safe to make clients of in several threads.
    return boto3.session.Session().client(
        "sns",
        region_name=settings.AWS_REGION or None,
        endpoint_url=settings.SNS_ENDPOINT_URL or None,
        config=TIMEOUTS,
    )
