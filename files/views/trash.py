"""Into the trash and out of it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from files.http import AuthenticatedRequest
from files.listing import read_moment
from files.models import Node
from files.trash import purge_nodes, purge_trash, restore_nodes, trash_nodes
from files.views.answers import answers_errors, chosen_nodes, count, done
from files.views.listing import fragment

PAGE = 100


@require_safe
def trash(request: AuthenticatedRequest) -> HttpResponse:
    """List what was deleted, the latest first."""
    nodes = Node.objects.owned_by(request.user).in_trash().select_related("parent")
    if after := request.GET.get("after", ""):
        moment, _, last = after.partition("_")
        try:
            then, pk = read_moment(moment), UUID(last)
        except (ValueError, OverflowError):
            return HttpResponseBadRequest("This is no place in the list.")
        nodes = nodes.filter(
            Q(trashed_at__lte=then), Q(trashed_at__lt=then) | Q(trashed_at=then, id__lt=pk)
        )
    entries = list(nodes.order_by("-trashed_at", "-id")[: PAGE + 1])
    more, entries = len(entries) > PAGE, entries[:PAGE]
    context: dict[str, Any] = {
        "entries": entries,
        "next_cursor": f"{entries[-1].trashed_at:%Y-%m-%dT%H:%M:%S.%fZ}_{entries[-1].pk.hex}"
        if more
        else "",
        "days": settings.FILES_TRASH_DAYS,
    }
    return render(request, fragment(request, "files/trash.html", "listing"), context)


@require_POST
@answers_errors
def delete(request: AuthenticatedRequest) -> HttpResponse:
    nodes = chosen_nodes(request, request.POST.getlist("id"))
    ids = trash_nodes(owner=request.user, nodes=nodes)
    undo = {"url": reverse("files:restore"), "ids": [str(pk) for pk in ids]}
    return done(request, f"Moved {count(len(nodes))} to the trash.", ids, undo)


@require_POST
@answers_errors
def restore(request: AuthenticatedRequest) -> HttpResponse:
    nodes = chosen_nodes(request, request.POST.getlist("id"), trashed=True)
    restored = restore_nodes(owner=request.user, nodes=nodes)
    return done(request, f"Restored {count(len(restored))}.", [node.pk for node in restored])


@require_POST
@answers_errors
def purge(request: AuthenticatedRequest) -> HttpResponse:
    nodes = chosen_nodes(request, request.POST.getlist("id"), trashed=True)
    purge_nodes(owner=request.user, nodes=nodes)
    return done(request, f"Deleted {count(len(nodes))} for good.", [node.pk for node in nodes])


@require_POST
@answers_errors
def empty(request: AuthenticatedRequest) -> HttpResponse:
    purged = purge_trash(owner=request.user)
    return done(request, f"Emptied the trash: {count(purged)} deleted for good.")
