"""What somebody sees who has a link: one file, or one folder and what it holds."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from files.listing import Cursor, Order, folder_page
from files.models import Node, Share
from files.secret_links import (
    LinkPasswordError,
    LinkWaitError,
    check_link_password,
    unlock_mark,
)
from files.sharing import count_download, count_open, find_link, shared_node
from files.tree import ancestors
from files.views.content import deliver, zip_answer

UNLOCKED = "unlocked_links"
# What a guest's session keeps of links is bounded.
UNLOCKED_AT_MOST = 50


def through_link(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view the link of the secret; ask for its password first; 404 for any other.

    Unknown, ended, expired, used up and deleted look alike.
    """

    @wraps(view)
    def guarded(request: HttpRequest, secret: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            share = find_link(secret)
            if share.password and unlock_mark(share) not in request.session.get(UNLOCKED, []):
                return _ask(request, secret)
            return view(request, share, secret, *args, **kwargs)
        except (Share.DoesNotExist, Node.DoesNotExist):
            return _gone(request)

    return guarded


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "files/guest/gone.html", status=404)


def _ask(request: HttpRequest, secret: str, error: str = "") -> HttpResponse:
    context = {"secret": secret, "error": error}
    return render(request, "files/guest/password.html", context, status=403 if error else 200)


@require_POST
def unlock(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        share = find_link(secret)
        check_link_password(link=share, password=request.POST.get("password", "")[:1000])
    except Share.DoesNotExist:
        return _gone(request)
    except (LinkPasswordError, LinkWaitError) as error:
        return _ask(request, secret, str(error))
    kept = [*request.session.get(UNLOCKED, []), unlock_mark(share)]
    request.session[UNLOCKED] = kept[-UNLOCKED_AT_MOST:]
    return redirect("guest:open", secret)


@require_safe
@through_link
def open_link(request: HttpRequest, share: Share, secret: str) -> HttpResponse:
    """Show what is shared: the file, or the folder's first page."""
    count_open(share=share)
    return _page(request, share, secret, share.node)


@require_safe
@through_link
def folder(request: HttpRequest, share: Share, secret: str, pk: UUID) -> HttpResponse:
    return _page(request, share, secret, shared_node(share=share, pk=pk))


def _page(request: HttpRequest, share: Share, secret: str, node: Node) -> HttpResponse:
    context: dict[str, Any] = {"share": share, "secret": secret, "node": node}
    if node.is_folder:
        try:
            after = Cursor.decode(request.GET["after"], Order()) if "after" in request.GET else None
        except ValueError as error:
            raise Node.DoesNotExist from error
        page = folder_page(folder=node, order=Order(), after=after)
        way = ancestors(node)
        above = [step.pk for step in way].index(share.node_id)
        context |= {
            "entries": page.entries,
            "next_cursor": page.next_cursor,
            "way": way[above:],
        }
    return render(request, "files/guest/page.html", context)


@require_safe
@through_link
def download(request: Any, share: Share, secret: str, pk: UUID) -> HttpResponseBase:
    """Give a file as an attachment, a folder as a zip; count it, unless it is a part of one."""
    node = shared_node(share=share, pk=pk)
    begins = request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
    if request.method == "GET" and begins and not count_download(share=share):
        raise Share.DoesNotExist
    if node.content is None:
        return zip_answer([node])
    return deliver(request, node.content, name=node.name, kind="attachment")
