"""Confirming who is there before a sensitive step."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import resume_request
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import history, sessions
from accounts.arrival import confirm_presence
from accounts.forms.second_factor import PasswordForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.models import SecurityEvent
from accounts.reauthentication import confirms_by_password
from accounts.second_factor.kinds import kind_of
from accounts.views.showing import Ways, checked_factor
from accounts.views.targets import safe_next


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for a strong factor, or for the password of someone who has none; then go on."""
    if confirms_by_password(request.user):
        return _by_password(request)
    ways = Ways(request, strong=True)
    form = ways.form(request, remember_days=0)
    if request.method == "POST" and checked_factor(request, ways, form) is not None:
        return _go_on(request, method="mfa")
    context = {
        "ways": ways,
        "form": form,
        "target": safe_next(request, resolve_url("accounts:profile")),
        "kind": kind_of(ways.chosen) if ways.chosen else None,
        "wait_seconds": getattr(request, "wait_seconds", 0),
    }
    refused = request.method == "POST"
    return render(request, "accounts/confirm.html", context, status=400 if refused else 200)


def _by_password(request: AuthenticatedRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            right = get_adapter().reauthenticate(request.user, form.cleaned_data["password"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if right:
                return _go_on(request, method="password")
            form.add_error("password", _("This is not your password. Try again, or reset it."))
    target = safe_next(request, resolve_url("accounts:profile"))
    context = {"form": form, "target": target}
    refused = form.is_bound
    return render(request, "account/reauthenticate.html", context, status=400 if refused else 200)


def _go_on(request: AuthenticatedRequest, *, method: str) -> HttpResponse:
    sessions.rotate_key(session=request.session)
    confirm_presence(request, method=method)
    kind = SecurityEvent.Kind.CONFIRMED
    history.record(user=request.user, kind=kind, client=client_of(request))
    held_up: HttpResponse | None = resume_request(request)
    return held_up or redirect(safe_next(request, resolve_url("accounts:profile")))
