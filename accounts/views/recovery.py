"""Getting back in without any second factor, and stopping whoever tries to."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import recovery
from accounts.errors import AccountError
from accounts.forms.recovery import RecoveryForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.second_factor.kinds import factors_of, kind_of


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AuthenticatedRequest) -> HttpResponse:
    """Name the ways that are left, the last of which is to ask an administrator."""
    form = RecoveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            client = client_of(request)
            recovery.ask_for_recovery(user=request.user, client=client, **form.cleaned_data)
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return redirect("accounts:recovery")
    devices = list(factors_of(request.user))
    context = {
        "form": form,
        "open": recovery.open_request(request.user),
        "hours": settings.RECOVERY_DELAY_HOURS,
        "codes": next((one for one in devices if kind_of(one).slug == "recovery"), None),
    }
    status = 400 if form.is_bound else 200
    return render(request, "accounts/recovery.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, secret: str) -> HttpResponse:
    """Stop a request by the mailed link: by POST, since mail scanners follow links."""
    found = recovery.find_by_secret(secret)
    if found is None:
        raise Http404
    if request.method != "POST":
        return render(request, "accounts/recovery_cancel.html", {"open": found})
    try:
        recovery.cancel(request=found, client=client_of(request))
    except AccountError as error:
        messages.error(request, str(error))
    else:
        text = _("Stopped. Now change your password: whoever asked knew it.")
        messages.warning(request, text)
    return redirect("account_reset_password")
