"""Adding the ways by which codes are sent."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.forms.second_factor import NewPhoneForm, SentCodeForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.models import PhoneCode
from accounts.models.factors import SentCode
from accounts.reauthentication import reauthentication_required
from accounts.second_factor import sent_codes
from accounts.views.factors import after_enrolment


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def add_email(request: AuthenticatedRequest) -> HttpResponse:
    """Send a code to the person's own address, and take it back."""
    if not settings.SECOND_FACTOR_EMAIL:
        raise Http404
    device = sent_codes.begin_email(user=request.user)
    if device.confirmed:
        return redirect("accounts:factors")
    template = "accounts/factors/add_email.html"
    return _confirm(request, device, template)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def add_sms(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for a number and send a code there."""
    if not settings.SECOND_FACTOR_SMS:
        raise Http404
    form = NewPhoneForm(request.POST or None, initial={"number": request.user.phone})
    if request.method == "POST" and form.is_valid():
        try:
            number = form.cleaned_data["number"]
            device = sent_codes.begin_phone(user=request.user, number=number)
            sent_codes.send_code(device=device, client=client_of(request))
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            return redirect("accounts:add_sms_confirm", device_id=device.pk)
    status = 400 if form.is_bound else 200
    return render(request, "accounts/factors/add_sms.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def add_sms_confirm(request: AuthenticatedRequest, device_id: int) -> HttpResponse:
    """Take the code back that was sent to the number."""
    if not settings.SECOND_FACTOR_SMS:
        raise Http404
    drafts = PhoneCode.objects.filter(user=request.user, confirmed=False)
    device = get_object_or_404(drafts, pk=device_id)
    return _confirm(request, device, "accounts/factors/add_sms_confirm.html")


def _confirm(request: AuthenticatedRequest, device: SentCode, template: str) -> HttpResponse:
    """Send a code where the form asks for one; add the way where it holds the right one."""
    if "send" in request.POST:
        return _send(request, device)
    form = SentCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = sent_codes.confirm_way(
                device=device, client=client_of(request), **form.cleaned_data
            )
        except AccountError as error:
            form.add_error("code", str(error))
        else:
            return after_enrolment(request, added)
    context = {"form": form, "device": device, "sent": device.sent_at and device.code_digest}
    return render(request, template, context, status=400 if form.is_bound else 200)


def _send(request: AuthenticatedRequest, device: SentCode) -> HttpResponse:
    try:
        sent_codes.send_code(device=device, client=client_of(request))
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A code is on its way. It is good for ten minutes."))
    return redirect(request.path)
