"""Bytes out: downloads, zips, media for players, previews."""

from typing import Any
from uuid import UUID

from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import ResponseHeaders
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from files.blobs import require_whole
from files.delivery import (
    BoundedFile,
    Span,
    UnsatisfiableRangeError,
    content_disposition,
    direct_url,
    etag_of,
    open_span,
    span_for,
)
from files.http import AuthenticatedRequest
from files.models import Blob, Node, Preview
from files.policy import Action
from files.previews.make import open_preview
from files.sniffing import INLINE_TYPES
from files.views.answers import answers_errors, chosen_nodes, node_for
from files.zips import zip_nodes

# User content, on whichever page it ends up, runs nothing and loads nothing.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@require_safe
@answers_errors
def download(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Give a file as an attachment; a folder as a zip."""
    node = node_for(request, Action.DOWNLOAD, pk, related=["content"])
    if node.content is None:
        return zip_answer([node])
    return deliver(request, node.content, name=node.name, kind="attachment")


@require_safe
@answers_errors
def content(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    """Give images, audio and video to the page's own elements; nothing else."""
    node = node_for(request, Action.DOWNLOAD, pk, related=["content"])
    if node.content is None or node.media_type not in INLINE_TYPES:
        raise Http404
    return deliver(request, node.content, name=node.name, kind="inline")


@require_POST
@answers_errors
def zip_selection(request: AuthenticatedRequest) -> HttpResponseBase:
    return zip_answer(chosen_nodes(request, request.POST.getlist("id"), Action.DOWNLOAD))


@require_safe
@answers_errors
def thumbnail(request: AuthenticatedRequest, pk: UUID) -> HttpResponseBase:
    return _preview(request, pk, "thumbnail")


@require_safe
@answers_errors
def preview_file(request: AuthenticatedRequest, pk: UUID, variant: str) -> HttpResponseBase:
    """Give a picture that the worker made."""
    return _preview(request, pk, variant)


def _preview(request: AuthenticatedRequest, pk: UUID, variant: str) -> HttpResponseBase:
    return preview_answer(node_for(request, Action.SEE, pk), variant)


def preview_answer(node: Node, variant: str) -> HttpResponseBase:
    """Give a picture that was made of the file's content. Raises Http404 where there is none."""
    previews = Preview.objects.filter(state=Preview.State.READY, media_type="image/webp")
    preview = get_object_or_404(previews, blob=node.content_id, variant=variant)
    try:
        response = FileResponse(open_preview(preview), content_type=preview.media_type)
    except Preview.DoesNotExist as error:
        raise Http404 from error
    _shield(response.headers, "inline", f"{variant}.webp")
    # Of immutable bytes; the URL changes with them.
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def deliver(request: AuthenticatedRequest, blob: Blob, *, name: str, kind: str) -> HttpResponseBase:
    """Answer with the blob, or the one range of it that was asked for (RFC 9110)."""
    require_whole(blob)
    etag = etag_of(blob)
    unchanged = get_conditional_response(request, etag=etag, response=HttpResponse())
    if unchanged is not None and unchanged.status_code != 200:  # noqa: PLR2004
        unchanged.headers["ETag"] = etag
        return unchanged
    whole = Span(0, blob.size, blob.size)
    try:
        span = span_for(
            header=request.headers.get("Range", "") if request.method == "GET" else "",
            if_range=request.headers.get("If-Range", ""),
            blob=blob,
        )
    except UnsatisfiableRangeError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{blob.size}"})
    media_type = blob.media_type if kind == "inline" else "application/octet-stream"
    if request.method == "GET" and (
        url := direct_url(blob, kind=kind, name=name, media_type=media_type)
    ):
        # The store knows ranges too: the sender repeats there what it asked for here.
        return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store"})
    response = _body(request, blob, span or whole)
    if span is not None:
        response.status_code = 206
        response.headers["Content-Range"] = span.content_range
    response.headers["Content-Type"] = media_type
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-cache"
    _shield(response.headers, kind, name)
    return response


class _SpanResponse(FileResponse):
    """FileResponse asks the whole file for its length and name; a span knows its own."""

    def set_headers(self, filelike: Any) -> None:
        pass


def _body(request: AuthenticatedRequest, blob: Blob, span: Span) -> HttpResponseBase:
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        file: BoundedFile = open_span(blob, span)
        response = _SpanResponse(file)
    response.headers["Content-Length"] = str(span.length)
    return response


def zip_answer(nodes: list[Node]) -> HttpResponseBase:
    """Stream the nodes, with all they hold, as one zip of a known length."""
    name = nodes[0].name if len(nodes) == 1 else f"Files {timezone.localdate():%Y-%m-%d}"
    stream = zip_nodes(nodes=nodes)
    response = StreamingHttpResponse(stream, content_type="application/zip")
    response.headers["Content-Length"] = str(len(stream))
    response.headers["Cache-Control"] = "private, no-store"
    _shield(response.headers, "attachment", f"{name}.zip")
    return response


def _shield(headers: ResponseHeaders, kind: str, name: str) -> None:
    """ASVS 3.2.1: content from people is never a page of ours."""
    headers["Content-Disposition"] = content_disposition(kind=kind, name=name)
    headers["Content-Security-Policy"] = SANDBOX
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
