"""Changes to the tree: new folder, rename, move, copy."""

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from files.conflicts import Conflict
from files.errors import FilesError
from files.forms import NameForm, parse_conflict
from files.http import AuthenticatedRequest
from files.models import Node
from files.moving import copy_nodes, move_nodes
from files.policy import Action, require_copy, require_move, visible_way
from files.tree import create_folder, rename_node, root_of
from files.views.answers import (
    STATUS,
    act_of,
    answers_errors,
    chosen_nodes,
    count,
    done,
    folder_for,
    node_for,
    wants_json,
)

PICKER_LIMIT = 500


@require_http_methods(["GET", "POST"])
@answers_errors
def new_folder(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    parent = folder_for(request, Action.ADD, pk)
    form = NameForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_folder(parent=parent, name=form.cleaned_data["name"], act=act_of(request))
        except FilesError as error:
            return _refused_name(request, form, error, {"folder": parent, "action": "new"})
        return done(request, _("Made the folder “%(name)s”.") % {"name": made.name}, [made.pk])
    return _name_form(request, form, {"folder": parent, "action": "new"})


@require_http_methods(["GET", "POST"])
@answers_errors
def rename(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    node = node_for(request, Action.ARRANGE, pk)
    if node.is_root:
        raise Node.DoesNotExist
    form = NameForm(request.POST or None, initial={"name": node.name})
    context: dict[str, object] = {"node": node, "folder": node.parent, "action": "rename"}
    if form.is_valid():
        before = node.name
        try:
            node = rename_node(node=node, name=form.cleaned_data["name"], act=act_of(request))
        except FilesError as error:
            return _refused_name(request, form, error, context)
        undo = {"url": request.path, "name": before}
        return done(request, _("Renamed it to “%(name)s”.") % {"name": node.name}, [node.pk], undo)
    return _name_form(request, form, context)


def _refused_name(
    request: AuthenticatedRequest, form: NameForm, error: FilesError, context: dict[str, object]
) -> HttpResponse:
    form.add_error("name", str(error))
    return _name_form(request, form, context, status=STATUS[type(error)])


def _name_form(
    request: AuthenticatedRequest,
    form: NameForm,
    context: dict[str, object],
    status: int = 400,
) -> HttpResponse:
    """Show the form: 200 at first, `status` with what was wrong with it."""
    if not form.is_bound:
        status = 200
    elif wants_json(request):
        return JsonResponse({"error": form.errors["name"][0], "field": "name"}, status=status)
    return render(request, "files/name_form.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "POST"])
@answers_errors
def move(request: AuthenticatedRequest) -> HttpResponse:
    if _is_picking(request):
        return _pick_target(request, "move")
    nodes, target = _chosen(request, Action.ARRANGE)
    require_move(request.user, nodes, target)
    origins = {node.parent_id for node in nodes}
    conflict = parse_conflict(request.POST.get("conflict", ""))
    moved = move_nodes(
        owner=target.owner, nodes=nodes, target=target, conflict=conflict, act=act_of(request)
    )
    undo = None
    if len(origins) == 1 and {node.pk for node in moved} <= {node.pk for node in nodes}:
        undo = {
            "url": request.path,
            "ids": [str(node.pk) for node in moved],
            "target": str(origins.pop()),
        }
    return done(
        request,
        _("Moved %(count)s to “%(name)s”.")
        % {"count": count(len(moved)), "name": target.name or _("Files")},
        [node.pk for node in moved],
        undo if moved else None,
    )


@require_http_methods(["GET", "POST"])
@answers_errors
def copy(request: AuthenticatedRequest) -> HttpResponse:
    if _is_picking(request):
        return _pick_target(request, "copy")
    nodes, target = _chosen(request, Action.DOWNLOAD)
    require_copy(request.user, nodes, target)
    conflict = parse_conflict(request.POST.get("conflict", ""))
    copies = copy_nodes(
        owner=target.owner, nodes=nodes, target=target, conflict=conflict, act=act_of(request)
    )
    # What was replaced is older than the copy: deleting it would be no way back.
    made = [str(node.pk) for node in copies] if conflict is not Conflict.REPLACE else []
    return done(
        request,
        _("Copied %(count)s to “%(name)s”.")
        % {"count": count(len(copies)), "name": target.name or _("Files")},
        [node.pk for node in copies],
        {"url": reverse("files:delete"), "ids": made} if made else None,
    )


def _chosen(request: AuthenticatedRequest, action: Action) -> tuple[list[Node], Node]:
    nodes = chosen_nodes(request, request.POST.getlist("id"), action)
    return nodes, chosen_target(request, request.POST.get("target", ""))


def chosen_target(request: AuthenticatedRequest, value: str) -> Node:
    try:
        return folder_for(request, Action.ADD, UUID(value))
    except ValueError:
        raise Node.DoesNotExist from None


def _is_picking(request: AuthenticatedRequest) -> bool:
    """Tell whether to show folders to choose from.

    Forms that post "at" only look, too: an address has no room for a hundred ids.
    """
    return request.method == "GET" or "at" in request.POST


def _pick_target(request: AuthenticatedRequest, operation: str) -> HttpResponse:
    """Show the folders to choose from, one level at a time."""
    fields = request.GET if request.method == "GET" else request.POST
    action = Action.ARRANGE if operation == "move" else Action.DOWNLOAD
    nodes = chosen_nodes(request, fields.getlist("id"), action)
    place = chosen_target(request, fields.get("at", "") or str(_start(request, nodes)))
    folders = (
        Node.objects.living()
        .folders()
        .filter(parent=place)
        .exclude(pk__in=[node.pk for node in nodes])
        .order_by("sort_key")[:PICKER_LIMIT]
    )
    template = "files/pick_target.html" + ("#picker" if request.htmx else "")
    context = {
        "nodes": nodes,
        "folder": place,
        "breadcrumbs": visible_way(request.user, place),
        "folders": folders,
        "operation": operation,
    }
    return render(request, template, context)


def _start(request: AuthenticatedRequest, nodes: list[Node]) -> UUID:
    return nodes[0].parent_id or root_of(request.user).pk
