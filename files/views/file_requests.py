"""A request for files, to its owner: changed, closed, opened again, ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from files.errors import ShareError
from files.forms import ChangeRequestForm
from files.http import AuthenticatedRequest
from files.models import FileRequest
from files.requests import change_request, close_request, end_request, reopen_request
from files.views.answers import act_of
from files.views.sharing import MEGABYTE, back_to_sharing, same_minute


def _own(request: AuthenticatedRequest, pk: UUID) -> FileRequest:
    own = FileRequest.objects.owned_by(request.user).listed()
    return get_object_or_404(own.select_related("node"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give a request other terms, without another address."""
    found = _own(request, pk)
    form = ChangeRequestForm(request.POST or None, initial=_shown(found))
    if form.is_valid():
        try:
            change_request(request=found, act=act_of(request), **_wished(form, found))
        except ShareError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Changed. The address stays as it was."))
            return redirect("files:share", found.node_id)
    context = {"form": form, "asked": found, "node": found.node}
    return render(request, "files/change_request.html", context, status=400 if form.errors else 200)


def _shown(found: FileRequest) -> dict[str, Any]:
    return {
        "label": found.label,
        "message": found.message,
        "expires_at": found.expires_at,
        "max_files": found.max_files,
        "max_file_mb": _megabytes(found.max_file_bytes),
        "max_mb": _megabytes(found.max_bytes),
    }


def _wished(form: ChangeRequestForm, found: FileRequest) -> dict[str, Any]:
    wish = form.cleaned_data
    end: datetime | None = same_minute(wish["expires_at"], found.expires_at)
    return {
        "label": wish["label"],
        "message": wish["message"],
        "password": "" if wish["no_password"] else wish["password"] or None,
        "expires_at": end,
        "max_files": wish["max_files"],
        "max_file_bytes": _same_bytes(wish["max_file_mb"], found.max_file_bytes),
        "max_bytes": _same_bytes(wish["max_mb"], found.max_bytes),
    }


def _megabytes(size: int | None) -> int | None:
    """Return the bytes as the form shows them: whole megabytes, at least one."""
    return None if size is None else max(1, round(size / MEGABYTE))


def _same_bytes(wish: int | None, known: int | None) -> int | None:
    """Return the known limit where the form, which shows no fractions, sent it back unchanged."""
    if wish is not None and wish == _megabytes(known):
        return known
    return (wish or 0) * MEGABYTE or None


@require_POST
def close(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    found = _own(request, pk)
    close_request(request=found, act=act_of(request))
    messages.success(
        request, _("Closed. Whoever has the link finds nothing until you open it again.")
    )
    return back_to_sharing(request, found.node_id)


@require_POST
def reopen(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    found = _own(request, pk)
    reopen_request(request=found, act=act_of(request))
    messages.success(request, _("Open again, by the same link."))
    return back_to_sharing(request, found.node_id)


@require_POST
def end(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    own = FileRequest.objects.owned_by(request.user).select_related("node")
    found = get_object_or_404(own, pk=pk)
    end_request(request=found, act=act_of(request))
    messages.success(request, _("The request has ended. What came stays in the folder."))
    return back_to_sharing(request, found.node_id)
