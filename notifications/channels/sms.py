"""Text messages: through AWS SNS, or printed on the console of a laptop.

https://docs.aws.amazon.com/sns/latest/dg/sms_publish-to-phone.html
"""

import logging
import sys
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

logger = logging.getLogger(__name__)

# A person waits for the page that sends: better a clear error than a long wait.
TIMEOUTS = Config(
    connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"}
)


class SmsError(Exception):
    """The message was not accepted. Why is in the log, without the number and the text."""


def is_configured() -> bool:
    return bool(settings.SMS_URL)


def send_sms(*, to: str, text: str) -> None:
    """Hand a text over to be sent to a number in E.164 form. Raises SmsError."""
    if settings.SMS_URL == "console:":
        sys.stdout.write(f"\nSMS to {to}:\n{text}\n\n")
        sys.stdout.flush()
    elif settings.SMS_URL == "sns:":
        _publish(to, text)
    else:
        raise SmsError("SMS_URL is not set")


def _publish(to: str, text: str) -> None:
    kind = {"DataType": "String", "StringValue": "Transactional"}
    try:
        answer = _client().publish(
            PhoneNumber=to, Message=text, MessageAttributes={"AWS.SNS.SMS.SMSType": kind}
        )
    except (BotoCoreError, ClientError) as error:
        # The error of AWS may repeat the number.
        logger.warning("sms refused error=%s", _code_of(error))
        raise SmsError("SNS did not take the message") from error
    logger.info("sms accepted id=%s", answer["MessageId"])


def _code_of(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


@cache
def _client() -> Any:
    """Return the client: made once, for making one takes 100 ms; safe to share among threads."""
    return boto3.client(
        "sns",
        region_name=settings.AWS_REGION or None,
        endpoint_url=settings.SNS_ENDPOINT_URL or None,
        config=TIMEOUTS,
    )
