"""Leaving, and staying after all."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.deletion import cancel_deletion, schedule_deletion
from accounts.errors import LastAdministratorError
from accounts.forms.deletion import DeletionForm
from accounts.http import AuthenticatedRequest
from accounts.reauthentication import reauthentication_required


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def delete(request: AuthenticatedRequest) -> HttpResponse:
    """Ask whether the person means it, then begin the days of grace."""
    if request.user.delete_after:
        return redirect("accounts:deletion")
    form = DeletionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            schedule_deletion(user=request.user, keep_session=request.session.session_key or "")
        except LastAdministratorError as error:
            form.add_error(None, str(error))
        else:
            return redirect("accounts:deletion")
    context = {"form": form, "days": settings.ACCOUNT_DELETION_DAYS}
    return render(request, "accounts/delete.html", context, status=400 if form.is_bound else 200)


@require_safe
def deletion(request: AuthenticatedRequest) -> HttpResponse:
    """Say when the account goes, and offer to keep it."""
    if not request.user.delete_after:
        return redirect("accounts:profile")
    return render(request, "accounts/deletion.html")


@require_POST
def keep(request: AuthenticatedRequest) -> HttpResponse:
    cancel_deletion(user=request.user)
    messages.success(request, _("Your account stays. Welcome back."))
    return redirect("accounts:profile")
