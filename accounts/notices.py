"""Telling people what happened to their account (ASVS 5.0: 6.3.5, 6.3.7).

Each is written in the transaction of what it tells, and cannot be silenced on e-mail.
"""

from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.clients import Client
from accounts.models import SecurityEvent, User
from accounts.places import place_of
from accounts.user_agents import browser_name
from notifications.channels.base import JSON
from notifications.events import notify

# Wrong passwords within the time that are worth a notice: more than anybody mistypes.
MANY = 10
MANY_WITHIN = timedelta(hours=1)


def tell(
    *, kind: str, user: User, client: Client, page: str, also_mail: str = "", **context: JSON
) -> None:
    """Tell a person; `page` is the name of the view where something can be done about it."""
    notify(
        kind=kind,
        to=user,
        context={**where(client), **context},
        url=reverse(page),
        also_mail=[also_mail] if also_mail else [],
    )


def tell_of_new_address(*, user: User, client: Client, before: str, after: str) -> None:
    """Tell both addresses: the old one is where its owner still looks."""
    tell(
        kind="email_changed",
        user=user,
        client=client,
        page="account_reset_password",
        also_mail=before,
        from_email=before,
        to_email=after,
    )


def where(client: Client) -> dict[str, JSON]:
    """Return what is told of where it was done: nothing for a command."""
    agent = client.user_agent
    return {
        "ip": client.ip,
        "browser": browser_name(agent) if agent else "",
        "place": place_of(client.ip),
    }


def tell_of_wrong_passwords() -> int:
    """Tell everybody whose password somebody guesses at, once a day; return how many.

    A job and not a part of the refused sign-in, which must take as long for an account that there
    is as for one that there is not (6.3.8).
    """
    now = timezone.now()
    refused = SecurityEvent.objects.filter(
        kind=SecurityEvent.Kind.PASSWORD_REFUSED, at__gt=now - MANY_WITHIN
    )
    guessed = refused.values("user").annotate(times=Count("pk")).filter(times__gte=MANY)
    people = User.objects.filter(pk__in=guessed.values("user"), is_active=True)
    return notify(
        kind="account_locked",
        to=list(people),
        context={},
        url=reverse("account_reset_password"),
        key=f"{now:%Y-%m-%d}",
    )
