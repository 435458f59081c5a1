"""Large files, sent in parts by whoever was asked for them: the protocol of the vault's own pages.

A guest's session holds a secret of its own, which is part of each upload's key: so nobody but the
browser that began an upload finds it.
"""

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST

from files.errors import ShareError
from files.models import FileRequest, Upload
from files.requests import begin_for_request, complete_for_request
from files.uploads.abort import abort_upload
from files.uploads.state import describe_upload
from files.views.answers import refusals
from files.views.doors import guest_act
from files.views.multipart import pending_answer, read_object, sign_answer
from files.views.sender import NAMELESS, name_of_sender, remember_sent, through_request

BROWSER = "sender_secret"


def _key(request: HttpRequest, key: str = "") -> str:
    """Return the key of an upload of this browser; without one, what all of them begin with."""
    mine = request.session.setdefault(BROWSER, secrets.token_hex(8))
    return f"{mine}.{hashlib.sha256(key.encode()).hexdigest()[:40]}" if key else f"{mine}."


@transaction.non_atomic_requests
@require_POST
@through_request
@refusals
def create(request: HttpRequest, asked: FileRequest, secret: str) -> HttpResponse:
    """Reserve the space for a file that is to come."""
    told = read_object(request, path=str, size=int, key=str, sender=str)
    name = name_of_sender(request, told["sender"])
    if not name:
        raise ShareError(NAMELESS)
    upload = begin_for_request(
        request=asked,
        name=told["path"],
        size=told["size"],
        key=_key(request, told["key"]),
        act=guest_act(request, asked, guest=name),
    )
    return JsonResponse(describe_upload(upload), status=201)


def through_upload(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the upload that this browser began by this request; 404 for any other."""

    @wraps(view)
    def guarded(
        request: HttpRequest, asked: FileRequest, secret: str, pk: UUID
    ) -> HttpResponseBase:
        mine = Upload.objects.filter(file_request=asked, idempotency_key__startswith=_key(request))
        found = get_object_or_404(mine.select_related("folder", "file_request"), pk=pk)
        return view(request, asked, found)

    return guarded


@require_http_methods(["GET", "DELETE"])
@through_request
@through_upload
@refusals
def state(request: HttpRequest, asked: FileRequest, upload: Upload) -> HttpResponse:
    if request.method == "DELETE":
        abort_upload(upload=upload)
        return HttpResponse(status=204)
    return JsonResponse(describe_upload(upload))


@require_POST
@through_request
@through_upload
@refusals
def sign(request: HttpRequest, asked: FileRequest, upload: Upload) -> HttpResponse:
    """Give addresses for parts."""
    return sign_answer(request, upload)


@transaction.non_atomic_requests
@require_POST
@through_request
@through_upload
@refusals
def complete(request: HttpRequest, asked: FileRequest, upload: Upload) -> HttpResponse:
    """Make the file. 202 while that is still under way: ask again. What it became is not told."""
    act = guest_act(request, asked, guest=upload.guest)
    if complete_for_request(upload=upload, act=act).pending:
        return pending_answer()
    remember_sent(request, asked)
    return JsonResponse({"sent": True}, status=201)
