"""Uploads in parts: small questions in JSON, and the parts themselves as raw bytes."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from files.conflicts import Conflict
from files.errors import UploadError
from files.forms import parse_conflict
from files.http import AuthenticatedRequest
from files.models import Upload
from files.policy import Action, require_sending
from files.uploads.abort import abort_upload
from files.uploads.complete import complete_upload
from files.uploads.create import Begun, create_upload
from files.uploads.parts import receive_part, sign_parts
from files.uploads.state import describe_upload, list_uploads
from files.views.answers import (
    RETRY_SECONDS,
    act_of,
    announced_length,
    answers_errors,
    file_answer,
    folder_for,
    refusals,
)


def read_object(request: HttpRequest, **wanted: type | tuple[type, ...]) -> dict[str, Any]:
    """Return the fields of the JSON object that was sent. Raises UploadError, naming what is wrong.

    None stands for a field that was not sent, and may be of any type that says so.
    """
    try:
        told = json.loads(request.body or b"{}")
    except (RecursionError, UnicodeDecodeError, ValueError):
        raise UploadError(_("Send a JSON object.")) from None
    if not isinstance(told, dict):
        raise UploadError(_("Send a JSON object."))
    for name, kinds in wanted.items():
        value = told.get(name)
        # A bool is an int to Python, and no number to anybody else.
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise UploadError(_("Say “%(name)s” as it is described.") % {"name": name})
    return {name: told.get(name) for name in wanted}


MAYBE_TEXT = (str, type(None))


def own_upload(request: AuthenticatedRequest, pk: UUID) -> Upload:
    """Return the person's upload, or answer 404: also for what is someone else's."""
    uploads = Upload.objects.sent_by(request.user).select_related(
        "folder", "target", "node__content"
    )
    return get_object_or_404(uploads, pk=pk)


@transaction.non_atomic_requests
@require_POST
@answers_errors
def create(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Reserve the space for a file that is to come."""
    folder = folder_for(request, Action.ADD, pk)
    told = read_object(request, path=str, size=int, key=str, conflict=MAYBE_TEXT, sha256=MAYBE_TEXT)
    begun = create_upload(
        folder=folder,
        path=told["path"],
        size=told["size"],
        conflict=parse_conflict(told["conflict"] or ""),
        key=told["key"],
        sha256=told["sha256"] or "",
        act=act_of(request),
    )
    return begun_answer(begun)


def begun_answer(begun: Begun) -> HttpResponse:
    """Answer with the upload, or with the file where none is needed."""
    if begun.upload is not None:
        return JsonResponse(describe_upload(begun.upload), status=201 if begun.new else 200)
    if begun.node is None:
        return JsonResponse({"skipped": True})
    answer = {"state": "done", "file": file_answer(begun.node)}
    return JsonResponse(answer, status=201 if begun.new else 200)


@require_GET
def uploads(request: AuthenticatedRequest) -> HttpResponse:
    """The person's own that are under way."""
    return JsonResponse({"uploads": list_uploads(user=request.user)})


@require_http_methods(["GET", "DELETE"])
@answers_errors
def state(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    upload = own_upload(request, pk)
    if request.method == "DELETE":
        abort_upload(upload=upload)
        return HttpResponse(status=204)
    described = describe_upload(upload)
    if upload.node is not None:
        described["file"] = file_answer(upload.node)
    return JsonResponse(described)


@require_POST
@answers_errors
def sign(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Give addresses for parts."""
    upload = own_upload(request, pk)
    require_sending(request.user, upload)
    return sign_answer(request, upload)


def sign_answer(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Answer with the addresses of the parts that the request names."""
    wanted = []
    for entry in read_object(request, parts=list)["parts"]:
        if not isinstance(entry, dict) or not isinstance(entry.get("number"), int):
            raise UploadError(_("Send {“parts”: [{“number”: 1}, …]}."))
        wanted.append((entry["number"], str(entry.get("sha256") or "")))
    signed = sign_parts(upload=upload, wanted=wanted)
    return JsonResponse(
        {
            "urls": [
                {"number": part.number, "url": part.url, "method": "PUT", "headers": part.headers}
                for part in signed
            ]
        }
    )


# The signature in the address is the authority: there is no cookie for a foreign page to abuse.
@csrf_exempt
@transaction.non_atomic_requests
@require_http_methods(["PUT"])
@refusals
def part(request: HttpRequest, token: str) -> HttpResponse:
    length = announced_length(request)
    if length is None:
        return JsonResponse({"error": _("Say how long the part is: Content-Length.")}, status=411)
    etag = receive_part(token=token, stream=request, length=length)
    return HttpResponse(status=200, headers={"ETag": etag})


def pending_answer() -> HttpResponse:
    answer = JsonResponse({"state": "completing"}, status=202)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


@transaction.non_atomic_requests
@require_POST
@answers_errors
def complete(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """Make the file. 202 while that is still under way: ask again."""
    upload = own_upload(request, pk)
    wish = read_object(request, conflict=MAYBE_TEXT)["conflict"]
    conflict = Conflict(wish) if wish in set(Conflict) else None
    # Rights may have ended since the beginning.
    require_sending(request.user, upload)
    completed = complete_upload(upload=upload, conflict=conflict, act=act_of(request))
    if completed.pending:
        return pending_answer()
    if completed.node is None:
        return JsonResponse({"skipped": True})
    return JsonResponse(file_answer(completed.node), status=201)
