"""A new version of one file: by who may change it, also where they see nothing of its folder."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from files.errors import FilesError
from files.http import AuthenticatedRequest
from files.models import Node
from files.policy import Action
from files.uploads.create import create_version_upload
from files.uploads.receive import receive_version
from files.versions import newest_version
from files.views.answers import (
    act_of,
    announced_length,
    answers_errors,
    file_answer,
    file_for,
    key_of,
    length_required,
    words_of,
)
from files.views.multipart import MAYBE_TEXT, begun_answer, read_object
from files.views.versions import file_context


# The blob must be durable before a transaction names it, whatever ATOMIC_REQUESTS says.
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST", "PUT"])
@answers_errors
def new_version(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Ask for a file; keep what a plain form sends, or the body of a script's PUT."""
    node = file_for(request, Action.CHANGE, pk)
    if request.method == "PUT":
        return _receive_raw(request, node)
    error = _receive_form(request, node) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        number = newest_version(node).number
        messages.success(
            request, _("Version %(number)s is what the file holds now.") % {"number": number}
        )
        return redirect("files:detail", node.pk)
    context = {**file_context(request, node), "error": error}
    return render(request, "files/new_version.html", context, status=400 if error else 200)


def _receive_raw(request: AuthenticatedRequest, node: Node) -> HttpResponse:
    size = announced_length(request)
    if size is None:
        return length_required()
    held = receive_version(
        node=node,
        stream=request,
        size=size,
        act=act_of(request),
        sent_as=key_of(request),
    )
    return JsonResponse(file_answer(held), status=201)


def _receive_form(request: AuthenticatedRequest, node: Node) -> str:
    """Keep what the form sends. Returns why it was not kept."""
    file = request.FILES.get("file")
    if file is None:
        return _("Choose a file first.")
    try:
        receive_version(node=node, stream=file, size=file.size or 0, act=act_of(request))
    except FilesError as error:
        return words_of(request, error)
    return ""


@transaction.non_atomic_requests
@require_POST
@answers_errors
def create(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Reserve the space for a new version that is to come in parts."""
    node = file_for(request, Action.CHANGE, pk)
    told = read_object(request, size=int, key=str, sha256=MAYBE_TEXT)
    begun = create_version_upload(
        node=node,
        size=told["size"],
        key=told["key"],
        sha256=told["sha256"] or "",
        act=act_of(request),
    )
    return begun_answer(begun)
