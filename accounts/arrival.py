"""Signing in, as far as it concerns the session and the cookies."""

import secrets
import time

import django_otp
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse  # noqa: TID251  (sessions and cookies)

from accounts import browsers, entrance, recovery, sessions
from accounts.clients import Client
from accounts.http import client_of
from accounts.models import User
from accounts.second_factor.kinds import AnyDevice, kind_of
from accounts.second_factor.standing import Standing, standing_of

RENEWED = "_browser_secret"


def after_password(request: HttpRequest, user: User) -> None:
    """Go on from a right password: a remembered browser stands for the second factor."""
    request.session[sessions.SIGNED_IN_AT] = time.time()
    device = browsers.remembered_factor(user=user, client=client_of(request))
    if device is not None:
        django_otp.login(request, device)
    standing = standing_of(user, verified=device is not None)
    if standing is Standing.OWES_CODE:
        return
    if device is None:
        confirm_presence(request, method="password")
    entrance.complete_sign_in(user=user, client=_welcome_browser(request, user))


def arrive(request: HttpRequest, *, device: AnyDevice, remember: bool = False) -> None:
    """Mark the session as verified by a factor that has just been checked.

    The session gets a new id (ASVS 5.0, 7.2.4), and for five minutes nothing asks again.
    """
    user: User = device.user
    if request.user.pk != user.pk:
        raise ValueError("the factor belongs to somebody else")
    django_otp.login(request, device)
    sessions.rotate_key(session=request.session)
    request.session[sessions.SIGNED_IN_AT] = time.time()
    confirm_presence(request, method="mfa")
    client = _welcome_browser(request, user)
    entrance.complete_sign_in(user=user, client=client)
    # Someone who has a factor to show has not lost them all; a recovery code is the last of them.
    if kind_of(device).counts:
        recovery.cancel_for(user=user, client=client)
    if remember and settings.REMEMBER_BROWSER_DAYS:
        browsers.remember_browser(user=user, client=client, device=device)


def confirm_presence(request: HttpRequest, *, method: str) -> None:
    """Note that the person has just shown who they are; sensitive steps look for it."""
    user: User = request.user  # type: ignore[assignment]
    record_authentication(request, user, method=method, reauthenticated=True)


def _welcome_browser(request: HttpRequest, user: User) -> Client:
    """Return the client with a browser that only it can be known by.

    A cookie that this person never signed in with may have been planted, so it is replaced; what
    others on the same browser are known by moves with it.
    """
    client = client_of(request)
    if browsers.known_browser(user=user, client=client):
        return client
    secret = secrets.token_urlsafe(32)
    request.COOKIES[settings.BROWSER_COOKIE_NAME] = secret
    setattr(request, RENEWED, secret)
    welcomed = client_of(request)
    browsers.renew_browser(old=client.browser, new=welcomed.browser)
    return welcomed


def set_browser_cookie(request: HttpRequest, response: HttpResponse) -> None:
    """Hand the browser the secret that it got during this request, if it got one."""
    secret = getattr(request, RENEWED, None)
    if secret:
        response.set_cookie(
            settings.BROWSER_COOKIE_NAME,
            secret,
            max_age=settings.BROWSER_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
