"""One file: its preview, its facts, its neighbours."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from files.http import AuthenticatedRequest
from files.listing import neighbours
from files.models import Node
from files.policy import Action, visible_way
from files.previews.context import PreviewContext, preview_context
from files.recent import note_opening
from files.stars import starred_among
from files.tags import tags_on
from files.views.answers import answers_errors, node_for
from files.views.listing import access_context, current_order

# How a page looks again for what is being made: soon at first, then ever more seldom, about three
# minutes in all.
LOOKS = 40
FIRST_WAIT, LONGEST_WAIT, GROWTH = 500, 5_000, 1.3  # milliseconds


@require_safe
@gzip_page
@answers_errors
def detail(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    node = node_for(request, Action.SEE, pk)
    if node.content is None:
        raise Http404
    note_opening(user=request.user, node=node)
    way = visible_way(request.user, node)
    # Of a file that was shared alone, what lies beside it is not to be seen.
    folder = way[-2] if len(way) > 1 else None
    previous, following = None, None
    if folder is not None:
        previous, following = neighbours(node=node, order=current_order(request))
    context = {
        "node": node,
        "folder": folder,
        "breadcrumbs": way,
        "previous": previous,
        "next": following,
        **access_context(request, node),
        "is_starred": bool(starred_among(request.user, [node.pk])),
        "own_tags": tags_on(request.user, [node.pk]).get(node.pk, []),
        "versions_count": node.versions.count(),
        **_preview_of(request, node),
        **next_look(request),
    }
    return render(request, "files/detail.html", context)


@require_safe
@answers_errors
def preview(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """The preview alone, asked for again while it is being made."""
    node = node_for(request, Action.SEE, pk)
    if node.content is None:
        raise Http404
    context = {
        "node": node,
        **_preview_of(request, node),
        **next_look(request),
    }
    return render(request, "files/detail.html#preview", context)


def _preview_of(request: AuthenticatedRequest, node: Node) -> dict[str, Any]:
    shown = preview_context(node=node, page=page_number(request))
    return {"preview": shown, "urls": preview_urls(node, shown)}


def preview_urls(node: Node, shown: PreviewContext) -> dict[str, str]:
    """Return where a preview's template finds its page, picture, bytes and download.

    Guests of a link get others (files.views.guest); "" for what they may not have.
    """
    # Of immutable bytes: the URL changes with them, and browsers keep what it gave.
    mark = f"?v={node.content_id}"
    return {
        "page": reverse("files:detail", args=[node.pk]),
        "picture": reverse("files:preview_file", args=[node.pk, shown.variant]) + mark,
        "content": reverse("files:content", args=[node.pk]) + mark,
        "download": reverse("files:download", args=[node.pk]),
    }


def page_number(request: AuthenticatedRequest) -> int:
    """Return the page of the document to show, counted from 1."""
    return _small_number(request.GET.get("page", ""), default=1)


def next_look(request: AuthenticatedRequest) -> dict[str, int]:
    """Return the number of the next look, 0 where it is the end of looking, and the wait for it."""
    look = min(_small_number(request.GET.get("look", ""), default=0), LOOKS)
    wait = min(round(FIRST_WAIT * GROWTH**look), LONGEST_WAIT)
    return {"next_look": look + 1 if look < LOOKS else 0, "wait": wait}


def _small_number(value: str, *, default: int) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else default  # noqa: PLR2004
