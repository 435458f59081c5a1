"""What lists show of each entry beside its own fields: pictures, stars, tags, where it lies."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from files.forms import parse_ids
from files.http import AuthenticatedRequest
from files.listing import Page
from files.models import Node
from files.policy import Action, Role, require, standings
from files.previews.make import thumbnails_for
from files.stars import starred_among
from files.tags import tags_on


def marked_context(request: AuthenticatedRequest, page: Page) -> dict[str, Any]:
    """Return page_context with the person's stars and tags on each entry: two queries more."""
    ids = [entry.pk for entry in page.entries]
    starred, tags = starred_among(request.user, ids), tags_on(request.user, ids)
    entries: list[Any] = page.entries
    for entry in entries:
        entry.is_starred = entry.pk in starred
        entry.own_tags = tags.get(entry.pk, [])
    return page_context(page)


def with_places(request: AuthenticatedRequest, page: Page) -> Page:
    """Give each entry `place`, the folder it lies in, where the person may see that folder.

    No query where all is their own; else two, whatever the page holds.
    """
    places = [entry.parent for entry in page.entries if entry.parent is not None]
    found = standings(request.user, places)
    entries: list[Any] = page.entries
    for entry in entries:
        hidden = entry.parent is None or found[entry.parent_id].role is Role.STRANGER
        entry.place = None if hidden else entry.parent
    return page


def page_context(page: Page) -> dict[str, Any]:
    """Return the entries, each with the URL of its thumbnail, and where the next page starts."""
    ready = thumbnails_for(page.entries)
    for entry in page.entries:
        preview = ready.get(entry.pk)
        url = reverse("files:thumbnail", args=[entry.pk]) if preview else ""
        # The blob in the URL lets browsers keep the picture until the content changes.
        entry.thumbnail_url = f"{url}?v={entry.content_id}" if url else ""  # type: ignore[attr-defined]
    return {"entries": page.entries, "next_cursor": page.next_cursor}


def meant_nodes(request: AuthenticatedRequest) -> list[Node]:
    """Return what a mark is for: the selection, or `only`, by the button of one row.

    Of whichever vaults: marks are the person's own. Raises Node.DoesNotExist for what they may
    not see.
    """
    params = request.POST if request.method == "POST" else request.GET
    try:
        ids = parse_ids(params.getlist("only") or params.getlist("id"))
    except ValueError:
        raise Http404 from None
    found = Node.objects.living().below_root().in_bulk(ids)
    if not ids or len(found) != len(ids):
        raise Node.DoesNotExist
    nodes = [found[pk] for pk in ids]
    require(request.user, Action.SEE, nodes)
    return nodes
