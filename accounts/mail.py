"""E-mail about an account, in text and HTML, in the language of whom it is for."""

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User

logger = logging.getLogger(__name__)


def absolute_url(name: str, *args: object) -> str:
    """Return the address of a view for use in mail, whatever host the request named."""
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def send_mail(*, template: str, to: str, context: Mapping[str, Any], language: str = "") -> bool:
    """Send `<template>_subject.txt`, `_message.txt` and `_message.html`; return whether it went.

    A mail server that is down must neither undo what the mail is about nor show, by an error, to
    whom mail is sent: the failure is logged, and every page says how to ask for another mail.
    """
    values = {
        **context,
        "email": to,
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "now": timezone.now(),
    }
    with translation.override(language or translation.get_language()):
        subject = render_to_string(f"{template}_subject.txt", values)
        text = render_to_string(f"{template}_message.txt", values)
        html = render_to_string(f"{template}_message.html", values)
    message = EmailMultiAlternatives(" ".join(subject.split()), text.strip() + "\n", to=[to])
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except OSError:
        logger.exception("mail failed template=%s", template)
        return False
    return True


def send_to_person(*, template: str, user: User, **context: object) -> bool:
    """Send mail to a person's own address, in the person's language and time zone."""
    with timezone.override(user.zone):
        return send_mail(
            template=template,
            to=user.email,
            context={"user": user, **context},
            language=user.language,
        )
