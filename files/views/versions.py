"""What a file has held: listed, looked at, downloaded, restored, deleted."""

from copy import copy
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from files.http import AuthenticatedRequest
from files.models import Node, Version
from files.policy import Action, visible_way
from files.previews.context import PreviewContext, preview_context
from files.sizes import filesize
from files.sniffing import INLINE_TYPES
from files.versions import delete_version, newest_version, restore_version, versions_page
from files.views.answers import act_of, answers_errors, done, file_for
from files.views.content import deliver, preview_answer
from files.views.detail import next_look, page_number
from files.views.listing import access_context


@require_safe
@answers_errors
def versions(request: AuthenticatedRequest, pk: UUID) -> HttpResponse:
    """List what the file has held, the newest first."""
    node = file_for(request, Action.DOWNLOAD, pk)
    try:
        page = versions_page(node=node, before=request.GET.get("before", ""))
    except ValueError:
        return HttpResponseBadRequest(_("This is no place in the list."))
    context = {
        **file_context(request, node),
        "versions": page.versions,
        "next_before": page.next_before,
        "total": page.total,
        "kept": settings.FILES_VERSIONS_KEPT,
        "days": settings.FILES_VERSIONS_DAYS,
    }
    return render(request, "files/versions.html", context)


@require_safe
@answers_errors
def version(request: AuthenticatedRequest, pk: UUID, number: int) -> HttpResponse:
    """Show the preview of what the file held then."""
    node = file_for(request, Action.DOWNLOAD, pk)
    found = _version(node, number)
    shown = preview_context(node=_as_it_was(node, found), page=page_number(request))
    context = {
        **file_context(request, node),
        "version": found,
        "is_newest": found.blob_id == node.content_id,
        "preview": shown,
        "urls": _urls(node, found, shown),
        **next_look(request),
    }
    template = "files/version.html#preview" if request.htmx else "files/version.html"
    return render(request, template, context)


@require_safe
@answers_errors
def download(request: AuthenticatedRequest, pk: UUID, number: int) -> HttpResponseBase:
    node = file_for(request, Action.DOWNLOAD, pk)
    return deliver(request, _version(node, number).blob, name=node.name, kind="attachment")


@require_safe
@answers_errors
def content(request: AuthenticatedRequest, pk: UUID, number: int) -> HttpResponseBase:
    """Give images, audio and video to the page's own elements; nothing else."""
    node = file_for(request, Action.DOWNLOAD, pk)
    blob = _version(node, number).blob
    if blob.media_type not in INLINE_TYPES:
        raise Http404
    return deliver(request, blob, name=node.name, kind="inline")


@require_safe
@answers_errors
def preview_file(
    request: AuthenticatedRequest, pk: UUID, number: int, variant: str
) -> HttpResponseBase:
    """Give a picture that the worker made of it."""
    node = file_for(request, Action.DOWNLOAD, pk)
    return preview_answer(_as_it_was(node, _version(node, number)), variant)


@require_POST
@answers_errors
def restore(request: AuthenticatedRequest, pk: UUID, number: int) -> HttpResponse:
    node = file_for(request, Action.CHANGE, pk)
    found = _version(node, number)
    before = newest_version(node).number
    newest = restore_version(version=found, act=act_of(request))
    undo = {"url": reverse("files:version_restore", args=[pk, before]), "ids": [str(pk)]}
    message = _(
        "The file holds version %(number)s again, as version %(newest)s. To undo this, restore "
        "version %(before)s."
    ) % {"number": number, "newest": newest.number, "before": before}
    return done(request, message, [pk], undo)


@require_http_methods(["GET", "HEAD", "POST"])
@answers_errors
def delete(request: AuthenticatedRequest, pk: UUID, number: int) -> HttpResponse:
    """Ask, then delete an older version for good."""
    node = file_for(request, Action.PURGE, pk)
    found = _version(node, number)
    if request.method != "POST":
        context = {**file_context(request, node), "version": found}
        return render(request, "files/version_delete.html", context)
    free = delete_version(version=found, act=act_of(request))
    said = _("Version %(number)s is deleted for good.")
    if free:
        said = _("Version %(number)s is deleted for good. %(size)s are free again.")
    return done(
        request,
        said % {"number": number, "size": filesize(free)},
        [pk],
    )


def _version(node: Node, number: int) -> Version:
    versions = Version.objects.filter(node=node).select_related("blob", "created_by")
    return get_object_or_404(versions, number=number)


def _as_it_was(node: Node, found: Version) -> Node:
    """Return the file with what it held then, to be looked at: previews ask a node."""
    then = copy(node)
    then.content, then.size, then.media_type = found.blob, found.blob.size, found.blob.media_type
    return then


def file_context(request: AuthenticatedRequest, node: Node) -> dict[str, Any]:
    """Return what every page about a file's versions shows of the file."""
    way = visible_way(request.user, node)
    return {
        "node": node,
        "folder": way[-2] if len(way) > 1 else None,
        "breadcrumbs": way,
        "newest": newest_version(node).number,
        **access_context(request, node),
    }


def _urls(node: Node, found: Version, shown: PreviewContext) -> dict[str, str]:
    """Return where the preview's template finds things: files.views.detail.preview_urls."""
    here = [node.pk, found.number]
    mark = f"?v={found.blob_id}"
    return {
        "page": reverse("files:version", args=here),
        "picture": reverse("files:version_preview", args=[*here, shown.variant]) + mark,
        "content": reverse("files:version_content", args=here) + mark,
        "download": reverse("files:version_download", args=here),
    }
