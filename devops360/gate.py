"""The one gate: who may reach which address. Deny by default, decided from one table.

ASVS 5.0: 6.3.3, 6.3.4, 8.3.1. A view that is not in the table is for people who are signed in and
verified; so a new route is closed until somebody opens it here.
"""

import time
from collections.abc import Callable
from enum import Enum
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import tokens
from accounts.errors import AccountError
from accounts.http import client_of
from accounts.second_factor.standing import (
    Standing,
    has_second_factor,
    is_required_of,
    standing_of,
)
from accounts.sessions import SIGNED_IN_AT

type GetResponse = Callable[[HttpRequest], HttpResponse]
type View = Callable[..., Any]

# Between the password and the second factor.
HALF_SIGNED_IN_SECONDS = 15 * 60


class Access(Enum):
    NOBODY = "anyone at all"
    # The password was given; a second factor is owed, or must be set up first.
    CODE = "owes a code, or more"
    ENROLMENT = "owes enrolment, or more"
    VERIFIED = "signed in and verified"
    SCRIPT = "a script with a token"


ACCESS = {
    "root": Access.NOBODY,
    "favicon": Access.NOBODY,
    "api:openapi-json": Access.NOBODY,
    "account_login": Access.NOBODY,
    "account_signup": Access.NOBODY,
    "account_inactive": Access.NOBODY,
    "account_logout": Access.NOBODY,
    "account_email_verification_sent": Access.NOBODY,
    "account_confirm_email": Access.NOBODY,
    "account_reset_password": Access.NOBODY,
    "account_reset_password_done": Access.NOBODY,
    "account_reset_password_from_key": Access.NOBODY,
    "account_reset_password_from_key_done": Access.NOBODY,
    # Sends visitors to the sign-in, and people who are no staff away.
    "admin:login": Access.NOBODY,
    "admin:jsi18n": Access.VERIFIED,
    "accounts:passkey_sign_in_begin": Access.NOBODY,
    "accounts:passkey_sign_in": Access.NOBODY,
    "accounts:recovery_cancel": Access.NOBODY,
    # A cookie of the visitor's own, and scripts that every visitor may read.
    "accounts:language": Access.NOBODY,
    "accounts:words": Access.NOBODY,
    # A script that every visitor may read; browsers fetch it again by themselves.
    "notifications:push_worker": Access.NOBODY,
    # Amazon alone, by its signature.
    "notifications:sns": Access.NOBODY,
    # From a mail, by a signed link that can do nothing else.
    "notifications:unsubscribe": Access.NOBODY,
    "accounts:verify": Access.CODE,
    "accounts:verify_send": Access.CODE,
    "accounts:passkey_verify_begin": Access.CODE,
    "accounts:recovery": Access.CODE,
    "accounts:factors": Access.ENROLMENT,
    "accounts:add_app": Access.ENROLMENT,
    "accounts:add_passkey": Access.ENROLMENT,
    "accounts:add_passkey_begin": Access.ENROLMENT,
    "accounts:add_email": Access.ENROLMENT,
    "accounts:add_sms": Access.ENROLMENT,
    "accounts:add_sms_confirm": Access.ENROLMENT,
    "accounts:recovery_codes": Access.ENROLMENT,
    "accounts:confirm": Access.ENROLMENT,
    # Its address carries a signature, which is all the authority that a part needs.
    "files:upload_part": Access.NOBODY,
    "accounts:avatar_image": Access.ENROLMENT,
}
# Whole namespaces; a name of its own in the table above comes first.
NAMESPACES = {
    "api": Access.SCRIPT,
    # Whoever has a link; its views know nothing but the link.
    "guest": Access.NOBODY,
    # On a laptop alone: links to verify an address are read there before anybody can sign in.
    "outbox": Access.NOBODY,
    # Whoever was asked for files; its views know nothing but the request.
    "sender": Access.NOBODY,
}

ENOUGH = {
    Standing.OWES_CODE: {Access.CODE},
    Standing.OWES_ENROLMENT: {Access.ENROLMENT},
    Standing.VERIFIED: {Access.CODE, Access.ENROLMENT, Access.VERIFIED},
}


def access_to(view_name: str) -> Access:
    """Return who may reach a view; unnamed and unknown ones are for the verified."""
    namespace = view_name.partition(":")[0] if ":" in view_name else ""
    return ACCESS.get(view_name) or NAMESPACES.get(namespace, Access.VERIFIED)


class GateMiddleware:
    """Let a request through to its view, or say what is missing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        access = access_to(match.view_name) if match else Access.VERIFIED
        if access is Access.NOBODY:
            return None
        if access is Access.SCRIPT:
            return _check_token(request)
        return _check_person(request, access)


def _check_token(request: HttpRequest) -> HttpResponse | None:
    """Let a script act for the token's owner, within its scope. A session opens nothing here."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return _problem(401, "Send a token: Authorization: Bearer …")
    writes = request.method not in {"GET", "HEAD", "OPTIONS"}
    try:
        token = tokens.use_token(secret=secret.strip(), writes=writes, client=client_of(request))
    except tokens.TokenScopeError as error:
        return _problem(403, str(error))
    except tokens.TokenLimitError as error:
        response = _problem(429, str(error))
        response["Retry-After"] = str(error.seconds)
        return response
    except AccountError as error:
        return _problem(401, str(error))
    # As strong as the site: where a second factor must be, a script acts for nobody without one.
    if is_required_of(token.user) and not has_second_factor(token.user):
        return _problem(403, "Sign in and set up a second factor first.")
    request.user = token.user
    return None


def _problem(status: int, detail: str) -> HttpResponse:
    """Answer a script as RFC 9457 says, and with the challenge of RFC 6750."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response


def _check_person(request: HttpRequest, access: Access) -> HttpResponse | None:
    user: Any = request.user
    if not user.is_authenticated:
        return _ask(request, reverse("account_login"))
    standing = standing_of(user, verified=user.is_verified())
    if standing is Standing.OWES_CODE and _waited_too_long(request):
        logout(request)
        return _ask(request, reverse("account_login"))
    # Pages of enrolment do not show what is behind the gate.
    request.is_let_in = standing is Standing.VERIFIED  # type: ignore[attr-defined]
    if access in ENOUGH[standing]:
        return None
    owed = "accounts:verify" if standing is Standing.OWES_CODE else "accounts:factors"
    return _ask(request, reverse(owed))


def _waited_too_long(request: HttpRequest) -> bool:
    started = request.session.setdefault(SIGNED_IN_AT, time.time())
    return bool(time.time() - started > HALF_SIGNED_IN_SECONDS)


def _ask(request: HttpRequest, where: str) -> HttpResponse:
    """Lead a person to what is missing; tell a script, which cannot read that page."""
    scripted = request.method not in {"GET", "HEAD", "POST"}
    preferred = request.get_preferred_type(["text/html", "application/json"])
    if scripted or preferred == "application/json":
        return JsonResponse({"error": _("Sign in again, then go on.")}, status=401)
    if "HX-Request" in request.headers:
        # What a page asks by itself must not take it from under somebody who uploads.
        asked_by_page = "X-Background" in request.headers
        return HttpResponse(status=401, headers={} if asked_by_page else {"HX-Refresh": "true"})
    if where == reverse("account_login"):
        return redirect_to_login(request.get_full_path(), where)
    if request.method == "POST":
        return HttpResponseRedirect(where)
    target = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})
    return HttpResponseRedirect(f"{where}?{target}")
