"""Who did what: in the whole vault, and with one thing."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from files.activity import GROUPS, node_activity, vault_activity
from files.http import AuthenticatedRequest
from files.policy import Action, visible_way
from files.views.answers import answers_errors, node_for

MAX_ID = 2**63 - 1


@require_safe
def activity(request: AuthenticatedRequest) -> HttpResponse:
    kind = request.GET.get("kind", "")
    page = vault_activity(owner=request.user, kind=kind, after=_after(request))
    context: dict[str, Any] = {
        "page": page,
        "kind": kind,
        "groups": GROUPS,
        # The vault's owner sees where guests came from.
        "show_places": True,
    }
    return render(request, "files/activity.html", context)


@require_safe
@answers_errors
def of_node(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    node = node_for(request, Action.WATCH, pk)
    context: dict[str, Any] = {
        "node": node,
        "breadcrumbs": visible_way(request.user, node),
        "page": node_activity(node=node, after=_after(request)),
        "show_places": node.owner_id == request.user.pk,
    }
    return render(request, "files/node_activity.html", context)


def _after(request: AuthenticatedRequest) -> int:
    """Return the id that a page named; 0, which is the start, for anything else."""
    text = request.GET.get("after", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0  # noqa: PLR2004
    return number if number <= MAX_ID else 0
