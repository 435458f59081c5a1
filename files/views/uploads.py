"""Bytes in: one raw request per file for scripts, a plain form for everyone else."""

import json
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from files.conflicts import Conflict, find_conflicts
from files.errors import FilesError, UploadError
from files.forms import parse_conflict
from files.http import AuthenticatedRequest
from files.models import Node
from files.policy import Action
from files.tree import create_folders
from files.uploads.receive import receive_stream
from files.views.answers import (
    act_of,
    announced_length,
    answers_errors,
    count_files,
    file_answer,
    folder_for,
    key_of,
    length_required,
    next_url,
    words_of,
)


# The blob must be durable before a transaction names it, whatever ATOMIC_REQUESTS says.
@transaction.non_atomic_requests
@require_http_methods(["PUT", "POST"])
@answers_errors
def upload(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    folder = folder_for(request, Action.ADD, pk)
    if request.method == "POST":
        return _upload_form(request, folder)
    return _upload_raw(request, folder)


def _upload_raw(request: AuthenticatedRequest, folder: Node) -> HttpResponse:
    size = announced_length(request)
    if size is None:
        return length_required()
    node = receive_stream(
        owner=folder.owner,
        folder=folder,
        path=request.GET.get("path", ""),
        stream=request,
        size=size,
        conflict=parse_conflict(request.GET.get("conflict", "")),
        act=act_of(request),
        sent_as=key_of(request),
    )
    if node is None or node.content is None:
        return JsonResponse({"skipped": True})
    return JsonResponse(file_answer(node), status=201)


def _upload_form(request: AuthenticatedRequest, folder: Node) -> HttpResponse:
    """Keep what a plain form sends. Without a script nobody can be asked: both are kept."""
    conflict = parse_conflict(request.POST.get("conflict", "keep_both"))
    kept = 0
    for file in request.FILES.getlist("file"):
        try:
            node = receive_stream(
                owner=folder.owner,
                folder=folder,
                path=file.name or "",
                stream=file,
                size=file.size,
                conflict=Conflict.KEEP_BOTH if conflict is Conflict.ASK else conflict,
                act=act_of(request),
            )
            kept += node is not None
        except FilesError as error:
            messages.error(
                request,
                f"{file.name}: {words_of(request, error)}",
            )
    if kept:
        messages.success(request, _("Uploaded %(count)s.") % {"count": count_files(kept)})
    elif not request.FILES:
        messages.error(request, _("Choose a file first."))
    target = next_url(request)
    response = redirect("files:folder", folder.pk) if target == "files:home" else redirect(target)
    response.status_code = 303
    return response


@require_POST
@answers_errors
def new_folders(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Make folders that come with an upload and hold nothing: no file's path would make them."""
    folder = folder_for(request, Action.ADD, pk)
    paths = _paths(request)
    made = create_folders(folder=folder, paths=paths, act=act_of(request))
    return JsonResponse({"folders": len(made)}, status=201)


@require_POST
@answers_errors
def conflicts(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Say which of these paths an upload would run into, before any byte is sent."""
    folder = folder_for(request, Action.ADD, pk)
    paths = _paths(request)
    found = find_conflicts(owner=folder.owner, folder=folder, paths=paths)
    return JsonResponse({"conflicts": found})


def _paths(request: AuthenticatedRequest) -> list[str]:
    """Return the paths that were sent. Raises UploadError where that is no list of some."""
    try:
        paths = json.loads(request.body)["paths"]
    except (KeyError, RecursionError, TypeError, ValueError):
        paths = None
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise UploadError(_("Send {“paths”: [“a.txt”, …]}."))
    if len(paths) > settings.FILES_MAX_PATHS:
        raise UploadError(
            _("Send at most %(most)s paths at once.") % {"most": intcomma(settings.FILES_MAX_PATHS)}
        )
    return paths
