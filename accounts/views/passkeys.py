"""Passkeys: signing in, showing and adding. The browser's answers come as fields of forms."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST
from django_otp_webauthn.models import WebAuthnCredential

from accounts.errors import AccountError
from accounts.forms.second_factor import PasskeyForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.reauthentication import reauthentication_required
from accounts.second_factor import passkeys
from accounts.views.factors import after_enrolment
from accounts.views.targets import safe_next

SIGN_IN, VERIFY, ADD = "passkey_sign_in", "passkey_verify", "passkey_add"


def _answer_with(request: Any, key: str, begun: tuple[Any, Any]) -> JsonResponse:
    options, request.session[key] = begun
    return JsonResponse(options)


def _pop_state(request: Any, key: str) -> Any:
    """Return the ceremony's state and forget it for good: one challenge, one answer."""
    state = request.session.pop(key, None)
    request.session.save()
    return state


@require_POST
def sign_in_begin(request: Any) -> HttpResponse:
    return _answer_with(request, SIGN_IN, passkeys.begin_verification(user=None))


@require_POST
def sign_in(request: Any) -> HttpResponse:
    """Sign in by a passkey alone: it is two factors, the device and what unlocks it."""
    target = safe_next(request, "")
    try:
        device = passkeys.check_passkey(
            user=None,
            state=_pop_state(request, SIGN_IN),
            answer=request.POST.get("passkey", ""),
            client=client_of(request),
        )
    except AccountError as error:
        messages.error(request, str(error))
        query = f"?{urlencode({'next': target})}" if target else ""
        return redirect(f"{reverse('account_login')}{query}")
    # The adapter marks the session as verified by it, once allauth lets the person in.
    request.signed_in_by = device
    return _let_in(request, device, target)


def _let_in(request: Any, device: WebAuthnCredential, target: str) -> HttpResponse:
    """Go through allauth's own checks: address verified, account active, password not void."""
    response: HttpResponse = perform_login(request, device.user, redirect_url=target or None)
    return response


@require_POST
def verify_begin(request: AuthenticatedRequest) -> HttpResponse:
    return _answer_with(request, VERIFY, passkeys.begin_verification(user=request.user))


def check_posted_passkey(request: AuthenticatedRequest) -> WebAuthnCredential:
    """Return the person's passkey that the posted form answers for. Raises AccountError."""
    return passkeys.check_passkey(
        user=request.user,
        state=_pop_state(request, VERIFY),
        answer=request.POST.get("passkey", ""),
        client=client_of(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def add(request: AuthenticatedRequest) -> HttpResponse:
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = passkeys.add_passkey(
                user=request.user,
                state=_pop_state(request, ADD),
                answer=form.cleaned_data["passkey"],
                name=form.cleaned_data["name"],
                client=client_of(request),
            )
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return after_enrolment(request, device)
    status = 400 if form.is_bound else 200
    return render(request, "accounts/factors/add_passkey.html", {"form": form}, status=status)


@require_POST
@reauthentication_required
def add_begin(request: AuthenticatedRequest) -> HttpResponse:
    return _answer_with(request, ADD, passkeys.begin_registration(user=request.user))
