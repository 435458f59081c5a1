"""The page of a folder, and what all lists have in common."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from files.forms import parse_order
from files.grants import note_arrival
from files.http import AuthenticatedRequest
from files.listing import Cursor, Order, folder_page
from files.models import Node
from files.policy import Action, permits, standing_of, visible_way
from files.tree import root_of
from files.views.answers import answers_errors, folder_for
from files.views.rows import marked_context

VIEWS = ("list", "grid")


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    return show_folder(request, root_of(request.user))


@require_safe
@answers_errors
def folder(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    found = folder_for(request, Action.SEE, pk)
    if found.is_root and not request.htmx and not request.GET:
        return redirect("files:home")
    return show_folder(request, found)


@gzip_page
@vary_on_headers("HX-Request")
def show_folder(request: AuthenticatedRequest, place: Node) -> HttpResponse:
    order = current_order(request)
    try:
        after = cursor_from(request, order)
    except ValueError as error:
        return HttpResponseBadRequest(str(error))
    page = folder_page(folder=place, order=order, after=after)
    context = {
        "folder": place,
        "breadcrumbs": visible_way(request.user, place),
        **access_context(request, place),
        "sort": order.sort.value,
        "direction": "desc" if order.descending else "asc",
        "view": current_view(request),
        **marked_context(request, page),
    }
    return render(request, fragment(request, "files/folder.html", "listing"), context)


def access_context(request: AuthenticatedRequest, place: Node) -> dict[str, Any]:
    """Return what a page may offer here, and whose vault it is, where that is another's."""
    standing = standing_of(request.user, place)
    if standing.shared:
        note_arrival(user=request.user, tops=standing.shared)
    can = {action.value: permits(standing, action, place) for action in Action}
    return {"can": can, "shared_by": place.owner if standing.shared else None}


def cursor_from(request: HttpRequest, order: Order) -> Cursor | None:
    after = request.GET.get("after", "")
    return Cursor.decode(after, order) if after else None


def current_order(request: HttpRequest) -> Order:
    """Return the order asked for, or the one chosen last; a choice is kept for the session."""
    asked = (request.GET.get("sort", ""), request.GET.get("dir", ""))
    kept = request.session.get("files_order", ["name", "asc"])
    if asked[0] and list(asked) != kept:
        request.session["files_order"] = kept = list(asked)
    return parse_order(*kept)


def current_view(request: HttpRequest) -> str:
    asked = request.GET.get("view", "")
    if asked in VIEWS and asked != request.session.get("files_view"):
        request.session["files_view"] = asked
    kept = request.session.get("files_view", "list")
    return kept if kept in VIEWS else "list"


def fragment(request: AuthenticatedRequest, template: str, whole: str) -> str:
    """Return the template, or the part of it that htmx swaps in."""
    if not request.htmx or request.htmx.boosted or request.htmx.history_restore_request:
        return template
    return f"{template}#{'page' if 'after' in request.GET else whole}"
