"""Phones of one's own, for notifications by text."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import phones
from accounts.errors import AccountError
from accounts.forms.phones import PhoneCodeForm, PhoneForm
from accounts.http import AuthenticatedRequest, client_of
from accounts.models import PhoneCheck
from accounts.reauthentication import reauthentication_required
from notifications import endpoints
from notifications.channels.base import SMS
from notifications.channels.sms import is_configured
from notifications.models import Endpoint


@require_http_methods(["GET", "HEAD", "POST"])
def phones_page(request: AuthenticatedRequest) -> HttpResponse:
    """List the phones; by POST, send a code to another one."""
    if request.method == "POST":
        return _add(request)
    form = PhoneForm(initial={"number": request.user.phone})
    return _page(request, form)


@reauthentication_required
def _add(request: AuthenticatedRequest) -> HttpResponse:
    if not is_configured():
        raise Http404
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    number = form.cleaned_data["number"]
    try:
        check = phones.begin_check(user=request.user, number=number)
        if phones.is_known(user=request.user, number=number):
            phones.adopt(user=request.user, number=number)
            return _added(request, number)
        phones.send_check(check=check, client=client_of(request))
    except AccountError as error:
        form.add_error("number", str(error))
        return _page(request, form)
    return redirect("accounts:confirm_phone", check_id=check.pk)


def _page(request: AuthenticatedRequest, form: PhoneForm) -> HttpResponse:
    context = {
        "form": form,
        "phones": phones.phones_of(request.user),
        "is_configured": is_configured(),
    }
    status = 400 if form.is_bound else 200
    return render(request, "accounts/phones/list.html", context, status=status)


def _added(request: AuthenticatedRequest, number: str) -> HttpResponse:
    messages.success(request, _("%s is yours. Choose what it is told of.") % number)
    return redirect("accounts:phones")


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def confirm_phone(request: AuthenticatedRequest, check_id: int) -> HttpResponse:
    """Take the code back that was sent to the number, or send another."""
    check = get_object_or_404(PhoneCheck.objects.filter(user=request.user), pk=check_id)
    if "send" in request.POST:
        return _send_again(request, check)
    form = PhoneCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            phone = phones.confirm_check(check=check, code=form.cleaned_data["code"])
        except AccountError as error:
            form.add_error("code", str(error))
        else:
            return _added(request, phone.address)
    context = {"form": form, "check": check}
    status = 400 if form.is_bound else 200
    return render(request, "accounts/phones/confirm.html", context, status=status)


def _send_again(request: AuthenticatedRequest, check: PhoneCheck) -> HttpResponse:
    try:
        phones.send_check(check=check, client=client_of(request))
    except AccountError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A code is on its way. It is good for ten minutes."))
    return redirect(request.path)


@require_POST
def remove_phone(request: AuthenticatedRequest, phone_id: int) -> HttpResponse:
    own = Endpoint.objects.filter(user=request.user, channel=SMS)
    phone = get_object_or_404(own, pk=phone_id)
    endpoints.remove_endpoint(endpoint=phone)
    messages.success(request, _("%s gets no more texts.") % phone.address)
    return redirect("accounts:phones")
