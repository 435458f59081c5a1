"""Bytes in and out: raw, streamed, in constant memory."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Header, Query, Router, Status
from ninja.errors import HttpError

from files.api.schemas import IdsIn, NodeOut, VersionOut
from files.conflicts import Conflict
from files.http import AuthenticatedRequest
from files.models import Version
from files.policy import Action
from files.uploads.receive import receive_stream, receive_version
from files.versions import newest_version
from files.views.answers import (
    act_of,
    announced_length,
    chosen_nodes,
    file_for,
    folder_for,
    key_of,
    node_for,
)
from files.views.content import deliver, zip_answer

router = Router(tags=["Content"])

BYTES = {
    "description": "The bytes.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
BODY = {"requestBody": {"required": True, "content": BYTES["content"]}}
# Read by key_of: here for whoever reads the description.
SentAs = Annotated[
    str,
    Header(
        "",
        alias="Idempotency-Key",
        max_length=66,
        description="Of your making, another for each upload",
    ),
]
SENT = {"responses": {200: BYTES, 206: BYTES}}


@router.put(
    "/folders/{uuid:pk}/content",
    response={200: None, 201: NodeOut},
    operation_id="upload",
    url_name="upload",
    openapi_extra=BODY,
)
def upload(
    request: AuthenticatedRequest,
    pk: UUID,
    path: Annotated[str, Query(..., min_length=1, max_length=4096, description="Such as a/b.txt")],
    conflict: Literal["ask", "keep_both", "replace", "skip"] = "ask",
    idempotency_key: SentAs = "",
) -> Any:
    """Keep the request's body as a file at a path below the folder, making folders on the way.

    Where the name is taken, `conflict` decides; by default the answer is 409. With `skip`, and
    the name taken, nothing is kept and the answer is 200 without content. Sent again with the same
    Idempotency-Key, the same bytes make no second file: the answer is that of the first time.
    """
    size = _announced(request)
    folder = folder_for(request, Action.ADD, pk)
    node = receive_stream(
        owner=folder.owner,
        folder=folder,
        path=path,
        stream=request,
        size=size,
        conflict=Conflict(conflict),
        act=act_of(request),
        sent_as=key_of(request),
    )
    if node is None:
        return Status(200, None)
    return Status(201, NodeOut.of(node))


def _announced(request: AuthenticatedRequest) -> int:
    size = announced_length(request)
    if size is None:
        raise HttpError(411, "Say how long the file is: Content-Length.")
    return size


@router.get(
    "/files/{uuid:pk}/content",
    operation_id="download",
    url_name="content",
    openapi_extra=SENT,
)
def download(request: AuthenticatedRequest, pk: UUID) -> Any:
    """The file's bytes, or one range of them (Range, If-Range, ETag as RFC 9110 says)."""
    node = node_for(request, Action.DOWNLOAD, pk)
    if node.content is None:
        raise HttpError(409, "This is a folder: ask for a zip of it.")
    return deliver(request, node.content, name=node.name, kind="attachment")


@router.put(
    "/files/{uuid:pk}/content",
    response={201: VersionOut},
    operation_id="upload_version",
    url_name="content",
    openapi_extra=BODY,
)
def upload_version(request: AuthenticatedRequest, pk: UUID, idempotency_key: SentAs = "") -> Any:
    """Keep the request's body as the newest version of the file; what it held stays a version.

    By whoever may change it; it takes space of the file's owner. With the same Idempotency-Key the
    same bytes make one version.
    """
    node = file_for(request, Action.CHANGE, pk)
    size = _announced(request)
    held = receive_version(
        node=node,
        stream=request,
        size=size,
        act=act_of(request),
        sent_as=key_of(request),
    )
    return Status(201, VersionOut.of(newest_version(held)))


@router.get(
    "/files/{uuid:pk}/versions/{int:number}/content",
    operation_id="download_version",
    url_name="version_content",
    openapi_extra=SENT,
)
def download_version(request: AuthenticatedRequest, pk: UUID, number: int) -> Any:
    node = node_for(request, Action.DOWNLOAD, pk)
    if number > 2**31 - 1:
        raise HttpError(404, "There is no such version.")
    versions = Version.objects.filter(node=node).select_related("blob")
    version = get_object_or_404(versions, number=number)
    return deliver(request, version.blob, name=node.name, kind="attachment")


@router.post("/zip", operation_id="download_zip", url_name="zip", openapi_extra=SENT)
def download_zip(request: AuthenticatedRequest, data: IdsIn) -> HttpResponse:
    """Files and folders as one zip, streamed. It reads only, but needs a body: scope write."""
    answer: Any = zip_answer(chosen_nodes(request, [str(pk) for pk in data.ids], Action.DOWNLOAD))
    return answer  # type: ignore[no-any-return]
