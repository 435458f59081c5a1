"""Into the trash and out of it."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from files.http import AuthenticatedRequest
from files.listing import trash_page
from files.policy import Action
from files.trash import (
    bytes_in_trash,
    days_left,
    purge_nodes,
    purge_trash,
    restore_nodes,
    trash_nodes,
)
from files.views.answers import act_of, answers_errors, chosen_nodes, count, done
from files.views.listing import fragment


@require_safe
def trash(request: AuthenticatedRequest) -> HttpResponse:
    """List what was deleted, the latest first."""
    try:
        page = trash_page(owner=request.user, after=request.GET.get("after", ""))
    except ValueError:
        return HttpResponseBadRequest(_("This is no place in the list."))
    for entry in page.entries:
        entry.days_left = days_left(entry)  # type: ignore[attr-defined]
    first = not request.GET.get("after")
    context: dict[str, Any] = {
        "entries": page.entries,
        "taken": bytes_in_trash(request.user) if first and page.entries else 0,
        "next_cursor": page.next_cursor,
        "days": settings.FILES_TRASH_DAYS,
    }
    return render(request, fragment(request, "files/trash.html", "listing"), context)


@require_POST
@answers_errors
def delete(request: AuthenticatedRequest) -> HttpResponse:
    nodes = chosen_nodes(request, request.POST.getlist("id"), Action.ARRANGE)
    ids = trash_nodes(owner=nodes[0].owner, nodes=nodes, act=act_of(request))
    undo = {"url": reverse("files:restore"), "ids": [str(pk) for pk in ids]}
    return done(
        request, _("Moved %(count)s to the trash.") % {"count": count(len(nodes))}, ids, undo
    )


@require_POST
@answers_errors
def restore(request: AuthenticatedRequest) -> HttpResponse:
    nodes = chosen_nodes(request, request.POST.getlist("id"), Action.ARRANGE, trashed=True)
    restored = restore_nodes(owner=nodes[0].owner, nodes=nodes, act=act_of(request))
    return done(
        request,
        _("Restored %(count)s.") % {"count": count(len(restored))},
        [node.pk for node in restored],
    )


@require_POST
@answers_errors
def purge(request: AuthenticatedRequest) -> HttpResponse:
    nodes = chosen_nodes(request, request.POST.getlist("id"), Action.PURGE, trashed=True)
    purge_nodes(owner=request.user, nodes=nodes, act=act_of(request))
    return done(
        request,
        _("Deleted %(count)s for good.") % {"count": count(len(nodes))},
        [node.pk for node in nodes],
    )


@require_POST
@answers_errors
def empty(request: AuthenticatedRequest) -> HttpResponse:
    purged = purge_trash(owner=request.user, act=act_of(request))
    return done(
        request, _("Emptied the trash: %(count)s deleted for good.") % {"count": count(purged)}
    )
