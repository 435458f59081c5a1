"""All of one's data for download: asked for, waited for, fetched."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import archives
from accounts.http import AuthenticatedRequest
from accounts.models import Archive
from accounts.reauthentication import reauthentication_required
from accounts.stores import store_of

ZIP = "application/zip"


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: AuthenticatedRequest) -> HttpResponse:
    """Say what the archive holds and how far it is; have one made."""
    if request.method == "POST":
        return _ask(request)
    own = Archive.objects.of(request.user)
    context = {
        "ready": own.ready().first(),
        "is_under_way": own.under_way().exists(),
        "has_failed": own.failed().exists(),
    }
    return render(request, "accounts/export.html", context)


@reauthentication_required
def _ask(request: AuthenticatedRequest) -> HttpResponse:
    archives.ask(user=request.user)
    messages.success(request, _("Your archive is being made. You are told when it is ready."))
    return redirect("accounts:export")


@require_safe
@reauthentication_required
def download(request: AuthenticatedRequest, archive_id: UUID) -> HttpResponseBase:
    """Send the archive to its owner, who has just proved who they are."""
    ready = Archive.objects.of(request.user).ready().select_related("user")
    archive = get_object_or_404(ready, pk=archive_id)
    store = store_of(archive.key)
    if store is None:
        # Such as where the database was put back and its store was not.
        messages.error(request, _("Your archive is not there any more. Have a new one made."))
        return redirect("accounts:export")
    name = archives.name_of(archive)
    sign = getattr(store, "signed_url", None)
    if sign is not None and not settings.S3_PROXY:
        # User names are letters, digits and a few signs: they need no quoting.
        disposition = f'attachment; filename="{name}"'
        return redirect(sign(archive.key, disposition=disposition, media_type=ZIP))
    file = store.open(archive.key)
    return FileResponse(file, as_attachment=True, filename=name, content_type=ZIP)
