"""What somebody sees who was asked for files: what is asked for, and a way to send it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from files.errors import FilesError
from files.models import FileRequest
from files.requests import count_visit, find_request, receive_for_request
from files.views.answers import STATUS, announced_length, count_files, key_of, length_required
from files.views.doors import (
    answer_gone,
    ask_password,
    guest_act,
    hide_from_robots,
    is_locked,
    keep_mark,
    try_password,
)

SENT = "sent_to_requests"
NAME = "sender_name"
NAME_LENGTH = 80
NAMELESS = gettext_lazy("Say who you are, so that it is known from whom the files come.")


def through_request(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the request of the secret; ask for its password first; 404 for any other.

    One that is full is there only for who has sent something: they learn that it has come.
    """

    @wraps(view)
    def guarded(request: HttpRequest, secret: str, **way: Any) -> HttpResponseBase:
        try:
            asked = find_request(secret)
        except FileRequest.DoesNotExist:
            return answer_gone(request)
        if asked.is_full and str(asked.pk) not in request.session.get(SENT, []):
            return answer_gone(request)
        if is_locked(request, asked):
            return ask_password(request, reverse("sender:unlock", args=[secret]))
        return hide_from_robots(view(request, asked, secret, **way))

    return guarded


@require_POST
def unlock(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        asked = find_request(secret)
    except FileRequest.DoesNotExist:
        return answer_gone(request)
    return try_password(
        request,
        asked,
        unlock_url=reverse("sender:unlock", args=[secret]),
        inside_url=reverse("sender:open", args=[secret]),
    )


@require_safe
@through_request
def open_request(request: HttpRequest, asked: FileRequest, secret: str) -> HttpResponse:
    if request.method == "GET":
        count_visit(request=asked)
    context = {
        "asked": asked,
        "secret": secret,
        "sender_name": request.session.get(NAME, ""),
        "left": max(0, asked.most_bytes - asked.bytes),
    }
    return render(request, "files/guest/request.html", context)


# The blob must be durable before a transaction names it, whatever ATOMIC_REQUESTS says.
@transaction.non_atomic_requests
@require_POST
@through_request
def send(request: HttpRequest, asked: FileRequest, secret: str) -> HttpResponse:
    """Keep what a plain form sends."""
    name = name_of_sender(request, request.POST.get("name", ""))
    kept = 0
    if not name:
        messages.error(request, str(NAMELESS))
    elif not request.FILES:
        messages.error(request, _("Choose a file first."))
    else:
        kept = sum(_keep(request, asked, file, name) for file in request.FILES.getlist("file"))
    if kept:
        messages.success(request, _("%(count)s arrived. Thank you.") % {"count": count_files(kept)})
    response = redirect("sender:open", secret)
    response.status_code = 303
    return response


def _keep(request: HttpRequest, asked: FileRequest, file: Any, name: str) -> bool:
    act = guest_act(request, asked, guest=name)
    try:
        receive_for_request(
            request=asked, name=file.name or "", stream=file, size=file.size, act=act
        )
    except FilesError as error:
        messages.error(request, f"{file.name}: {error}")
        return False
    remember_sent(request, asked)
    return True


@transaction.non_atomic_requests
@require_http_methods(["PUT"])
@through_request
def put_file(request: HttpRequest, asked: FileRequest, secret: str) -> HttpResponse:
    """Keep the request's body as one file: what the page's script sends, in constant memory."""
    size = announced_length(request)
    if size is None:
        return length_required()
    name = name_of_sender(request, request.GET.get("sender", ""))
    if not name:
        return JsonResponse({"error": NAMELESS, "field": "name"}, status=400)
    try:
        receive_for_request(
            request=asked,
            name=request.GET.get("name", ""),
            stream=request,
            size=size,
            act=guest_act(request, asked, guest=name),
            sent_as=key_of(request),
        )
    except FilesError as error:
        return JsonResponse({"error": str(error)}, status=STATUS[type(error)])
    remember_sent(request, asked)
    return JsonResponse({"sent": True}, status=201)


def name_of_sender(request: HttpRequest, typed: str) -> str:
    """Return the name without what cannot be shown, and let the session keep it."""
    name = "".join(letter for letter in typed if letter.isprintable()).strip()[:NAME_LENGTH]
    if name and request.session.get(NAME) != name:
        request.session[NAME] = name
    return name


def remember_sent(request: HttpRequest, asked: FileRequest) -> None:
    if str(asked.pk) not in request.session.get(SENT, []):
        keep_mark(request, SENT, str(asked.pk))
