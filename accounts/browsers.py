"""Browsers known again: to tell of new ones, count guesses apart, ask for codes less often."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import history
from accounts.clients import Client
from accounts.models import Browser, SecurityEvent, User
from accounts.second_factor.kinds import AnyDevice, find_factor

FORGOTTEN_AFTER = timedelta(days=365)


def known_browser(*, user: User, client: Client) -> Browser | None:
    if not client.browser:
        return None
    return Browser.objects.filter(user=user, digest=client.browser).first()


def note_browser(*, user: User, client: Client) -> bool:
    """Know the browser from now on; return whether it is new to a person who had others."""
    others = Browser.objects.filter(user=user).exists()
    _, created = Browser.objects.update_or_create(
        user=user,
        digest=client.browser,
        defaults={
            "last_seen_at": timezone.now(),
            "user_agent": client.user_agent,
            "ip": client.ip or None,
        },
    )
    return created and others


@transaction.atomic
def remember_browser(*, user: User, client: Client, device: AnyDevice) -> None:
    """Let the browser stand for the second factor for REMEMBER_BROWSER_DAYS days."""
    until = timezone.now() + timedelta(days=settings.REMEMBER_BROWSER_DAYS)
    own = Browser.objects.filter(user=user, digest=client.browser)
    own.update(remembered_until=until, remembered_by=device.persistent_id)
    history.record(user=user, kind=SecurityEvent.Kind.BROWSER_REMEMBERED, client=client)


def remembered_factor(*, user: User, client: Client) -> AnyDevice | None:
    """Return the factor that the browser stands for; None if it is not remembered any more."""
    browser = known_browser(user=user, client=client)
    if browser is None or browser.remembered_until is None:
        return None
    if browser.remembered_until < timezone.now() or not settings.REMEMBER_BROWSER_DAYS:
        return None
    return find_factor(user, browser.remembered_by)


def forget_browsers(*, user: User) -> int:
    """Ask every browser for the second factor again; return how many were remembered."""
    remembered = Browser.objects.filter(user=user, remembered_until__isnull=False)
    return remembered.update(remembered_until=None, remembered_by="")


def forget_old_browsers() -> int:
    deleted, _ = Browser.objects.filter(last_seen_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
    return deleted


def renew_browser(*, old: str, new: str) -> None:
    """Move what is known of a browser to another digest, as its cookie gets another secret."""
    if old:
        Browser.objects.filter(digest=old).update(digest=new)


def remembered_browsers(user: User) -> list[Browser]:
    """Return the browsers that stand for the second factor now, the last used first."""
    now = timezone.now()
    own = Browser.objects.filter(user=user, remembered_until__gt=now)
    return list(own.order_by("-last_seen_at"))


@transaction.atomic
def forget_browser(*, browser: Browser, client: Client) -> None:
    """Ask this browser for the second factor again."""
    browser.remembered_until, browser.remembered_by = None, ""
    browser.save(update_fields=["remembered_until", "remembered_by"])
    kind = SecurityEvent.Kind.BROWSERS_FORGOTTEN
    history.record(user=browser.user, kind=kind, client=client)
