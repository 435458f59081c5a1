"""Bytes out, for who has a link: downloads that are counted, sound and film, pictures."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from files.models import Node, Share
from files.policy import Action, allows, link_role
from files.previews.registry import kind_of
from files.sharing import count_download, find_link, find_link_used_up, shared_node
from files.sniffing import INLINE_TYPES
from files.views.content import deliver, preview_answer, zip_answer
from files.views.doors import guest_act, keep_mark
from files.views.guest import plays, through_link

TAKEN = "taken_downloads"


@require_safe
@through_link(find=find_link_used_up)
def download(request: Any, share: Share, secret: str, pk: UUID) -> HttpResponseBase:
    """Give a file as an attachment, a folder as a zip; count it, unless it is a part of one."""
    node = shared_node(share=share, pk=pk)
    if not allows(link_role(share), Action.DOWNLOAD):
        return render(request, "files/guest/view_only.html", {"secret": secret}, status=403)
    if not _goes_on(request, share, node):
        if request.method == "HEAD":
            find_link(secret)
        elif not count_download(share=share, node=node, act=guest_act(request, share)):
            raise Share.DoesNotExist
        elif share.max_downloads is not None:
            keep_mark(request, TAKEN, _mark(share, node))
    if node.content is None:
        return zip_answer([node])
    return deliver(request, node.content, name=node.name, kind="attachment")


def _goes_on(request: HttpRequest, share: Share, node: Node) -> bool:
    """Say whether this is a further part of a download that has been counted.

    Without a limit nobody is asked. With one, the guest's session must know of it: or every byte
    but the first could be had uncounted. A folder's zip has no parts: it is sent whole each time.
    """
    if node.is_folder or request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        return False
    return share.max_downloads is None or _mark(share, node) in request.session.get(TAKEN, [])


def _mark(share: Share, node: Node) -> str:
    return f"{share.pk}:{node.content_id}"


@require_safe
@through_link()
def content(request: Any, share: Share, secret: str, pk: UUID) -> HttpResponseBase:
    """Give sound and film to the page's own player; nothing else, and nothing that is counted."""
    node = shared_node(share=share, pk=pk)
    kind = kind_of(node.media_type).name
    playable = kind in {"audio", "video"} and node.media_type in INLINE_TYPES
    if node.content is None or not playable or not plays(share):
        raise Http404
    return deliver(request, node.content, name=node.name, kind="inline")


@require_safe
@through_link()
def picture(
    request: HttpRequest, share: Share, secret: str, pk: UUID, variant: str
) -> HttpResponseBase:
    """Give a picture that the worker made."""
    return preview_answer(shared_node(share=share, pk=pk), variant)
