"""What somebody sees who has a link: one file, or one folder and what it holds."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from files.errors import QuarantineError
from files.listing import Cursor, Order, folder_page
from files.models import Node, Share
from files.policy import Action, Role, allows, link_role
from files.previews.context import PreviewContext, preview_context
from files.previews.make import thumbnails_for
from files.sharing import count_open, find_link, shared_node
from files.tree import ancestors
from files.views.doors import (
    answer_gone,
    ask_password,
    guest_act,
    hide_from_robots,
    is_locked,
    try_password,
)

type FindLink = Callable[[str], Share]
LOOKS_AT_MOST = 40


def through_link(
    find: FindLink = find_link,
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Give the view the link of the secret; ask for its password first; 404 for any other."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(
            request: HttpRequest, secret: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            try:
                share = find(secret)
                if is_locked(request, share):
                    return ask_password(request, reverse("guest:unlock", args=[secret]))
                response = view(request, share, secret, *args, **kwargs)
            except (Share.DoesNotExist, Node.DoesNotExist):
                return answer_gone(request)
            except QuarantineError:
                response = render(request, "files/guest/damaged.html", status=410)
            # The address is the key: no page that is gone to from here learns it.
            response.headers["Referrer-Policy"] = "no-referrer"
            return hide_from_robots(response)

        return guarded

    return decorate


@require_POST
def unlock(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        share = find_link(secret)
    except Share.DoesNotExist:
        return answer_gone(request)
    return try_password(
        request,
        share,
        unlock_url=reverse("guest:unlock", args=[secret]),
        inside_url=reverse("guest:open", args=[secret]),
    )


@require_safe
@through_link()
def open_link(request: HttpRequest, share: Share, secret: str) -> HttpResponse:
    """Show what is shared: the file, or the folder's first page."""
    # Owners who try their own link are no guests.
    if request.method == "GET" and request.user.pk != share.node.owner_id:
        count_open(share=share, act=guest_act(request, share))
    return _show(request, share, secret, share.node)


@require_safe
@through_link()
def node(request: HttpRequest, share: Share, secret: str, pk: UUID) -> HttpResponse:
    return _show(request, share, secret, shared_node(share=share, pk=pk))


def _show(request: HttpRequest, share: Share, secret: str, node: Node) -> HttpResponse:
    way = ancestors(node)
    above = [step.pk for step in way].index(share.node_id)
    context: dict[str, Any] = {
        "share": share,
        "secret": secret,
        "node": node,
        "way": way[above:],
        "may_download": allows(link_role(share), Action.DOWNLOAD),
    }
    more = _folder if node.is_folder else _file
    return render(request, "files/guest/page.html", context | more(request, share, secret, node))


def _folder(request: HttpRequest, share: Share, secret: str, node: Node) -> dict[str, Any]:
    try:
        after = Cursor.decode(request.GET["after"], Order()) if "after" in request.GET else None
    except ValueError as error:
        raise Node.DoesNotExist from error
    page = folder_page(folder=node, order=Order(), after=after)
    ready = thumbnails_for(page.entries)
    for entry in page.entries:
        url = reverse("guest:picture", args=[secret, entry.pk, "thumbnail"])
        has_picture = entry.pk in ready
        entry.thumbnail_url = f"{url}?v={entry.content_id}" if has_picture else ""  # type: ignore[attr-defined]
    return {"entries": page.entries, "next_cursor": page.next_cursor}


def _file(request: HttpRequest, share: Share, secret: str, node: Node) -> dict[str, Any]:
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1  # noqa: PLR2004
    preview = preview_context(node=node, page=page)
    return {
        "preview": preview,
        "urls": _urls(share, secret, node, preview),
        "plays": plays(share),
        "looks_at_most": LOOKS_AT_MOST,
        # A pending preview is looked for by the page's script; without one, by a link.
        "next_look": 1,
    }


def plays(share: Share) -> bool:
    """Say whether the page may use the file's own bytes, which sound and film cannot do without.

    Where downloads are counted it may not: it would be one that nobody counts.
    """
    return share.max_downloads is None


def _urls(share: Share, secret: str, node: Node, preview: PreviewContext) -> dict[str, str]:
    """Return what the preview's template needs: see files.views.detail.preview_urls."""
    mark = f"?v={node.content_id}"
    way = [secret, node.pk]
    download = link_role(share) is Role.LINK
    return {
        "page": reverse("guest:node", args=way),
        "picture": reverse("guest:picture", args=[*way, preview.variant]) + mark,
        "content": reverse("guest:content", args=way) + mark if plays(share) else "",
        "download": reverse("guest:download", args=way) if download else "",
    }
