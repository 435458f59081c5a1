"""How file views answer: a page for a form, JSON for a script, and errors alike for both."""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate
from uuid import UUID

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from files.activity import Act
from files.errors import (
    DamagedError,
    FilesError,
    IncompleteError,
    IntoItselfError,
    InvalidNameError,
    MissingPartsError,
    NameTakenError,
    NotAllowedError,
    QuarantineError,
    QuotaError,
    ShareError,
    SignatureError,
    StorageFullError,
    StoreUnavailableError,
    TagError,
    TagTakenError,
    TooLargeError,
    UploadBusyError,
    UploadError,
    UploadGoneError,
    UploadLimitError,
    VersionError,
)
from files.forms import parse_ids
from files.http import AuthenticatedRequest, address_of, user_agent_of
from files.metrics import STORAGE_ERRORS
from files.models import Node
from files.policy import Action, require

logger = logging.getLogger(__name__)

STATUS: dict[type[FilesError], int] = {
    DamagedError: 400,
    IncompleteError: 400,
    IntoItselfError: 400,
    InvalidNameError: 400,
    MissingPartsError: 409,
    NameTakenError: 409,
    NotAllowedError: 403,
    QuarantineError: 410,
    # RFC 4918, 11.5; the message says whose limit it is.
    QuotaError: 507,
    ShareError: 400,
    SignatureError: 403,
    StorageFullError: 507,
    StoreUnavailableError: 503,
    TagError: 400,
    TagTakenError: 409,
    TooLargeError: 413,
    UploadBusyError: 409,
    UploadError: 400,
    UploadGoneError: 410,
    UploadLimitError: 429,
    VersionError: 409,
}

RETRY_SECONDS = 2

type View[**P] = Callable[Concatenate[AuthenticatedRequest, P], HttpResponseBase]


def wants_json(request: HttpRequest) -> bool:
    return (
        request.method in {"DELETE", "PUT"}
        or request.content_type == "application/json"
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def answers_errors[**P](view: View[P]) -> View[P]:
    """Turn the domain's errors into answers: JSON with its status, or a message and a way back."""

    @wraps(view)
    def answering(
        request: AuthenticatedRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Node.DoesNotExist:
            if not wants_json(request):
                raise Http404 from None
            return JsonResponse(
                {"error": _("It is not there any more. Reload the page.")}, status=404
            )
        except FilesError as error:
            return refusal(request, error)

    return answering


def refusal(request: HttpRequest, error: FilesError) -> HttpResponse:
    count_store_error(error)
    if not wants_json(request):
        if isinstance(error, NotAllowedError):
            raise PermissionDenied(str(error))
        if isinstance(error, QuarantineError) and request.method in {"GET", "HEAD"}:
            # A page: who follows a link should not land elsewhere with a word in passing.
            return render(request, "files/damaged.html", _about(request), status=410)
        messages.error(request, words_of(request, error))
        return redirect(next_url(request))
    body: dict[str, Any] = {"error": words_of(request, error)}
    if isinstance(error, MissingPartsError):
        body["missing"] = error.numbers
    if isinstance(error, NameTakenError):
        body["conflicts"] = error.names
    if isinstance(error, (InvalidNameError, NameTakenError)):
        body["field"] = "name"
    return JsonResponse(body, status=STATUS[type(error)], headers=patience_of(error))


def _about(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    return {"error": QuarantineError(), "pk": match.kwargs.get("pk") if match else None}


def count_store_error(error: FilesError) -> None:
    """Count a request that a store made fail: alerts ask for it."""
    if isinstance(error, (StorageFullError, StoreUnavailableError)):
        STORAGE_ERRORS.labels(type(error).__name__).inc()


def patience_of(error: FilesError) -> dict[str, str]:
    """Return the header that says when to come back, where that helps."""
    later = isinstance(error, (StoreUnavailableError, UploadBusyError))
    return {"Retry-After": str(RETRY_SECONDS)} if later else {}


def refusals[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Turn the domain's errors into JSON, for a view that nobody needs to be signed in for."""

    @wraps(view)
    def answering(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except FilesError as error:
            return refusal(request, error)

    return answering


def file_answer(node: Node) -> dict[str, Any]:
    """Return what a script is told of a file that it has sent."""
    return {
        "id": str(node.pk),
        "name": node.name,
        "size": node.size,
        "sha256": node.content.sha256 if node.content else "",
        "media_type": node.media_type,
    }


def words_of(request: HttpRequest, error: FilesError) -> str:
    """Return what the error says to this person; of another's space, that it is full."""
    return error.words_for(request.user.pk) if isinstance(error, QuotaError) else str(error)


def done(
    request: HttpRequest,
    message: str,
    ids: Sequence[UUID] = (),
    undo: dict[str, Any] | None = None,
) -> HttpResponse:
    """Say that it is done, to a script or to a person."""
    if wants_json(request):
        return JsonResponse({"message": message, "ids": [str(pk) for pk in ids], "undo": undo})
    messages.success(request, message)
    response = redirect(next_url(request))
    response.status_code = 303
    return response


def next_url(request: HttpRequest) -> str:
    """Return where a form wants to go on: within this site, or to the vault's first page."""
    url = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return url
    return "files:home"


def act_of(request: AuthenticatedRequest) -> Act:
    """Return who does what the request asks for, for the domain to write down."""
    return Act(actor=request.user, ip=address_of(request), user_agent=user_agent_of(request))


def announced_length(request: HttpRequest) -> int | None:
    """Return how many bytes the body is said to have, or None."""
    announced = request.headers.get("Content-Length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else None


def length_required() -> JsonResponse:
    error = _("Say how long the file is: Content-Length.")
    return JsonResponse({"error": error}, status=411)


def key_of(request: HttpRequest) -> str:
    """Return by what the sender knows this upload again; "" where nothing was said.

    The header of draft-ietf-httpapi-idempotency-key-header, with its quotes or without.
    """
    return request.headers.get("Idempotency-Key", "").strip().strip('"')


def own_node(request: AuthenticatedRequest, pk: UUID) -> Node:
    """Return the person's own living node. 404 for others', also for what is shared with them."""
    nodes = Node.objects.owned_by(request.user).living().select_related("content")
    return get_object_or_404(nodes, pk=pk)


def node_for(
    request: AuthenticatedRequest,
    action: Action,
    pk: UUID,
    *,
    related: Sequence[str] = ("content", "owner"),
) -> Node:
    """Return the living node that the person may do it with, and what is `related` to it.

    404 for what they may not see, NotAllowedError for what they see but may not do that with.
    """
    node = get_object_or_404(Node.objects.living().select_related(*related), pk=pk)
    try:
        require(request.user, action, [node])
    except Node.DoesNotExist:
        raise Http404 from None
    return node


def folder_for(request: AuthenticatedRequest, action: Action, pk: UUID) -> Node:
    node = node_for(request, action, pk)
    if not node.is_folder:
        raise Http404
    return node


def file_for(request: AuthenticatedRequest, action: Action, pk: UUID) -> Node:
    node = node_for(request, action, pk)
    if node.is_folder:
        raise Http404
    return node


def chosen_nodes(
    request: AuthenticatedRequest,
    values: list[str],
    action: Action,
    *,
    trashed: bool = False,
) -> list[Node]:
    """Return the nodes with these ids, of one vault. 404 unless every one is there for them."""
    nodes = Node.objects.below_root().select_related("content", "owner")
    nodes = nodes.in_trash() if trashed else nodes.living()
    try:
        ids = parse_ids(values)
    except ValueError:
        raise Http404 from None
    found = nodes.in_bulk(ids)
    if not ids or len(found) != len(ids):
        raise Node.DoesNotExist
    chosen = [found[pk] for pk in ids]
    require(request.user, action, chosen)
    if len({node.owner_id for node in chosen}) > 1:
        raise NotAllowedError(_("These lie in different vaults. Choose things of one of them."))
    return chosen


def count(number: int) -> str:
    """Return such as "3 items"."""
    words = ngettext("%(count)s item", "%(count)s items", number)
    return words % {"count": intcomma(number)}


def count_files(number: int) -> str:
    words = ngettext("%(count)s file", "%(count)s files", number)
    return words % {"count": intcomma(number)}
