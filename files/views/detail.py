"""One file: its preview, its facts, its neighbours."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from files.http import AuthenticatedRequest
from files.listing import neighbours
from files.previews.context import preview_context
from files.tree import ancestors
from files.views.answers import own_node
from files.views.listing import current_order


@require_safe
def detail(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    node = own_node(request, pk)
    if node.content is None:
        raise Http404
    previous, following = neighbours(node=node, order=current_order(request))
    way = ancestors(node)
    context = {
        "node": node,
        "folder": way[-2],
        "breadcrumbs": way,
        "previous": previous,
        "next": following,
        "versions_count": node.versions.count(),
        "preview": preview_context(node=node, page=_page(request)),
    }
    return render(request, "files/detail.html", context)


@require_safe
def preview(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The preview alone, asked for again while it is being made."""
    node = own_node(request, pk)
    if node.content is None:
        raise Http404
    context = {"node": node, "preview": preview_context(node=node, page=_page(request))}
    return render(request, "files/detail.html#preview", context)


def _page(request: AuthenticatedRequest) -> int:
    """Return the page of the document to show, counted from 1."""
    value = request.GET.get("page", "1")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 1  # noqa: PLR2004
