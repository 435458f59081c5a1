"""The second step of signing in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.arrival import arrive
from accounts.errors import AccountError
from accounts.http import AuthenticatedRequest, client_of
from accounts.second_factor import recovery_codes
from accounts.second_factor.kinds import kind_of
from accounts.second_factor.sent_codes import send_code
from accounts.second_factor.standing import Standing, standing_of
from accounts.views.showing import Ways, checked_factor, remember_days
from accounts.views.targets import safe_next


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for a second factor; the way back is the page that was wanted."""
    target = safe_next(request, resolve_url("files:home"))
    if _is_through(request):
        return redirect(target)
    ways = Ways(request)
    form = ways.form(request, remember_days=remember_days())
    if request.method == "POST":
        device = checked_factor(request, ways, form)
        if device is not None:
            arrive(request, device=device, remember=bool(request.POST.get("remember")))
            _warn_of_few_codes(request, slug=kind_of(device).slug)
            return redirect(target)
    context = {
        "ways": ways,
        "form": form,
        "target": target,
        "kind": kind_of(ways.chosen) if ways.chosen else None,
        "wait_seconds": getattr(request, "wait_seconds", 0),
    }
    refused = request.method == "POST"
    return render(request, "accounts/verify.html", context, status=400 if refused else 200)


@require_POST
def verify_send(request: AuthenticatedRequest) -> HttpResponse:
    """Send a code by the way that was chosen, then ask for it."""
    ways = Ways(request)
    device = ways.chosen
    if device is None or kind_of(device).slug not in {"email", "sms"}:
        raise Http404
    try:
        send_code(device=device, client=client_of(request))
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A code is on its way. It is good for ten minutes."))
    target = safe_next(request, resolve_url("files:home"))
    query = urlencode({"with": device.persistent_id, "next": target})
    return redirect(f"{reverse('accounts:verify')}?{query}")


def _is_through(request: AuthenticatedRequest) -> bool:
    verified = request.user.is_verified()  # type: ignore[attr-defined]
    return standing_of(request.user, verified=verified) is not Standing.OWES_CODE


def _warn_of_few_codes(request: AuthenticatedRequest, *, slug: str) -> None:
    left = recovery_codes.codes_left(request.user)
    if slug == "recovery" and left is not None:
        text = _("You used a recovery code: %d are left. Make new ones when they are few.")
        messages.warning(request, text % left)
