"""What runs, and what it sends with: configuration, static files, mail, text messages, topics."""

import platform
from collections.abc import Iterator
from pathlib import Path

import django
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core import checks
from django.core.mail import EmailMessage, mailers

from devops360.doctor.findings import Finding, absent, broken, doubtful, good
from notifications import sns

# How AWS's services say that a role may not do something.
REFUSED = ("AuthorizationError", "AccessDenied")


def configuration() -> Iterator[Finding]:
    yield good(
        "program",
        f"{settings.ENVIRONMENT}, role {settings.SERVICE}, Django {django.get_version()}, "
        f"Python {platform.python_version()}, at {settings.SITE_URL}",
    )
    found = checks.run_checks(include_deployment_checks=settings.PRODUCTION)
    for message in found:
        kind = broken if message.is_serious() else doubtful
        yield kind("configuration", f"{message.id}: {message.msg}", str(message.hint or ""))
    if not found:
        yield good("configuration", "the system checks find nothing")


def static_files() -> Iterator[Finding]:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if settings.PRODUCTION and not manifest.exists():
        yield broken("static files", "are not collected", "Run manage.py collectstatic.")
    else:
        yield good("static files", "are there")


def mail(*, send_to: str) -> Iterator[Finding]:
    """Connect to the mail server; send a letter where an address is given."""
    backend = str(settings.MAILERS["default"]["BACKEND"])
    if not backend.endswith("smtp.EmailBackend") and not send_to:
        yield absent("mail", "is printed or kept, not sent")
        return
    mend = "Look at EMAIL_URL: host, port, user name and password."
    try:
        if send_to:
            EmailMessage("A letter from doctor", "It arrived.", to=[send_to]).send()
            yield good("mail", f"a letter to {send_to} was handed over")
            return
        connection = mailers.default
        connection.open()
        connection.close()
    except OSError as error:
        yield broken("mail", f"the server refuses: {error}", mend)
    else:
        yield good("mail", "the server lets us in")


def topics() -> Iterator[Finding]:
    """Ask SNS for what it lets us see of each topic, and of text messages."""
    arns = {settings.SNS_OPERATORS_TOPIC, settings.SNS_EVENTS_TOPIC} - {""}
    if not arns and settings.SMS_URL != "sns:":
        yield absent("SNS", "is not configured")
        return
    for arn in sorted(arns):
        part, try_it = f"topic {arn.rpartition(':')[2]}", f"--channel topic --to {arn}"
        yield _allowed(part, try_it, "get_topic_attributes", TopicArn=arn)
    if settings.SMS_URL == "sns:":
        yield _allowed("text messages", "--channel sms --to +…", "get_sms_attributes")


def _allowed(part: str, try_it: str, action: str, **arguments: str) -> Finding:
    """Look at it. A role that may only publish, as the worker's on AWS, is not wrong for that."""
    try:
        getattr(sns.client(), action)(**arguments)
    except (BotoCoreError, ClientError) as error:
        code = sns.code_of(error)
        if code.startswith(REFUSED):
            mend = f"Only sending tells: manage.py notify_test {try_it}"
            return doubtful(part, f"SNS does not let us look ({code}), perhaps publish", mend)
        return broken(part, f"SNS refuses: {code}", f"Look at the name and AWS_REGION: {action}.")
    return good(part, "SNS answers")
