"""The second factors that a person has: seeing, adding an app, naming, removing, recovery codes."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.arrival import arrive
from accounts.errors import AccountError
from accounts.forms.second_factor import AppForm, NameForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.reauthentication import reauthentication_required
from accounts.second_factor import changes, recovery_codes, totp
from accounts.second_factor.kinds import AnyDevice, enabled_kinds, factors_of, find_factor, kind_of
from accounts.second_factor.standing import is_required_of
from accounts.views.targets import safe_next

NEXT = "after_enrolment"


@require_safe
def factors(request: AuthenticatedRequest) -> HttpResponse:
    """Show the factors; to someone who must have one and has none, how to add the first."""
    devices = list(factors_of(request.user))
    own = [
        {"device": device, "kind": kind_of(device)} for device in devices if kind_of(device).counts
    ]
    if request.GET.get("next"):
        # Where a person was going who was led here first.
        request.session[NEXT] = safe_next(request, "")
    left = recovery_codes.codes_left(request.user)
    context = {
        "factors": own,
        "ways_to_add": _ways_to_add(own),
        "required": is_required_of(request.user),
        "codes_left": left,
        "codes_are_few": left is not None and left <= recovery_codes.FEW,
        "remember_days": settings.REMEMBER_BROWSER_DAYS,
    }
    return render(request, "accounts/factors/list.html", context)


def _ways_to_add(own: list[dict[str, Any]]) -> list[str]:
    """Return the slugs of kinds to offer: of mail there is only one."""
    has = {entry["kind"].slug for entry in own}
    offered = [kind.slug for kind in enabled_kinds() if kind.counts]
    return [slug for slug in offered if slug != "email" or slug not in has]


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def add_app(request: AuthenticatedRequest) -> HttpResponse:
    """Show the QR code and the key; add the app once it has shown a right code."""
    form = AppForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            client = client_of(request)
            device = totp.confirm_app(user=request.user, client=client, **form.cleaned_data)
        except AccountError as error:
            form.add_error("code", str(error))
        else:
            return after_enrolment(request, device)
    device = totp.begin_app(user=request.user)
    context = {
        "form": form,
        "qr": totp.qr_code(device),
        "key": totp.typed_key(device),
        "link": device.config_url,
    }
    refused = form.is_bound
    return render(request, "accounts/factors/add_app.html", context, status=400 if refused else 200)


def after_enrolment(request: AuthenticatedRequest, device: AnyDevice) -> HttpResponse:
    """Go on from a factor that was just added: it counts as shown, and codes come with the first.

    Every kind's view ends here.
    """
    arrived = request.user.is_verified()  # type: ignore[attr-defined]
    if not arrived:
        arrive(request, device=device)
    messages.success(request, _("“%s” is added.") % device.name)
    if recovery_codes.codes_left(request.user) is None:
        return _show_new_codes(request)
    return redirect("accounts:factors")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def recovery_codes_page(request: AuthenticatedRequest) -> HttpResponse:
    """Make new codes by POST, and show them this once."""
    if not any(kind_of(device).counts for device in factors_of(request.user)):
        return redirect("accounts:factors")
    if request.method == "POST":
        return _show_new_codes(request)
    context = {"codes_left": recovery_codes.codes_left(request.user)}
    return render(request, "accounts/factors/recovery_codes.html", context)


def _show_new_codes(request: AuthenticatedRequest) -> HttpResponse:
    codes = recovery_codes.make_codes(user=request.user, client=client_of(request))
    target = request.session.pop(NEXT, "") or resolve_url("accounts:factors")
    context = {"codes": codes, "target": target}
    return render(request, "accounts/factors/new_recovery_codes.html", context)


@require_POST
@reauthentication_required
def rename(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    device = _own_factor(request, slug, pk)
    form = NameForm(request.POST)
    if form.is_valid():
        changes.rename_factor(device=device, client=client_of(request), **form.cleaned_data)
        messages.success(request, _("It is called “%s” now.") % device.name)
    else:
        messages.error(request, _("Give it a name of 64 letters at most."))
    return redirect("accounts:factors")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def remove(request: AuthenticatedRequest, slug: str, pk: int) -> HttpResponse:
    """Ask first, on a page of its own; then remove."""
    device = _own_factor(request, slug, pk)
    if request.method != "POST":
        context = {"device": device, "kind": kind_of(device)}
        return render(request, "accounts/factors/remove.html", context)
    try:
        changes.remove_factor(device=device, client=client_of(request))
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("“%s” is removed.") % device.name)
    return redirect("accounts:factors")


def _own_factor(request: AuthenticatedRequest, slug: str, pk: int) -> AnyDevice:
    """Return the person's own factor of that kind and number; somebody else's is 404."""
    for kind in enabled_kinds():
        if kind.slug == slug and kind.counts:
            devices: Any = kind.model
            found = find_factor(request.user, devices(pk=pk).persistent_id)
            if found is not None:
                return found
    raise Http404
