"""Uploads in parts, for files too large for one request, or for lines that break."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema, Status

from files.api.nodes import seen_node
from files.api.schemas import NodeOut
from files.conflicts import Conflict
from files.http import AuthenticatedRequest
from files.models import Upload
from files.policy import Action, require_sending
from files.uploads.abort import abort_upload
from files.uploads.complete import complete_upload
from files.uploads.create import Begun, create_upload, create_version_upload
from files.uploads.parts import MAX_SIGNED, sign_parts
from files.uploads.state import describe_upload, list_uploads
from files.views.answers import act_of, file_for, folder_for

router = Router(tags=["Uploads in parts"])

Choice = Literal["ask", "keep_both", "replace", "skip"]
Digest = Annotated[str, Field(pattern="^([0-9a-f]{64})?$", description="SHA-256; may be left out.")]


class VersionUploadIn(Schema):
    size: Annotated[int, Field(ge=0, lt=2**63)]
    key: Annotated[str, Field(pattern="^[!-~]{1,64}$", description="Yours; another for each.")]
    sha256: Digest = ""


class UploadIn(VersionUploadIn):
    path: Annotated[str, Field(min_length=1, max_length=4096)]
    conflict: Choice = "ask"


class PartIn(Schema):
    number: Annotated[int, Field(ge=1, le=10_000)]
    sha256: Digest = ""


class PartsIn(Schema):
    parts: Annotated[list[PartIn], Field(min_length=1, max_length=MAX_SIGNED)]


class EndIn(Schema):
    conflict: Choice | None = None


class BegunOut(Schema):
    upload: dict[str, Any] | None = Field(None, description="To be sent in parts.")
    file: NodeOut | None = Field(None, description="You keep these bytes already: it is done.")


class SignedOut(Schema):
    number: int
    url: str = Field(description="PUT the bytes there, with the headers, and without your token.")
    headers: dict[str, str]


def _own(request: AuthenticatedRequest, pk: UUID) -> Upload:
    uploads = Upload.objects.sent_by(request.user).select_related(
        "folder", "target", "node__content"
    )
    return get_object_or_404(uploads, pk=pk)


def _begun(begun: Begun, file: NodeOut | None) -> Status[BegunOut]:
    upload = describe_upload(begun.upload) if begun.upload else None
    return Status(201 if begun.new else 200, BegunOut(upload=upload, file=file))


@router.post(
    "/folders/{uuid:pk}/uploads",
    response={200: BegunOut, 201: BegunOut},
    operation_id="begin_upload",
    url_name="begin_upload",
)
def begin(request: AuthenticatedRequest, pk: UUID, data: UploadIn) -> Any:
    """Reserve the space for a file. The same key again finds the same upload (200).

    With `skip`, and the name taken, neither an upload nor a file comes back.
    """
    begun = create_upload(
        folder=folder_for(request, Action.ADD, pk),
        path=data.path,
        size=data.size,
        conflict=Conflict(data.conflict),
        key=data.key,
        sha256=data.sha256,
        act=act_of(request),
    )
    return _begun(begun, NodeOut.of(begun.node) if begun.node else None)


@router.post(
    "/files/{uuid:pk}/uploads",
    response={200: BegunOut, 201: BegunOut},
    operation_id="begin_version_upload",
    url_name="begin_version_upload",
)
def begin_version(request: AuthenticatedRequest, pk: UUID, data: VersionUploadIn) -> Any:
    """Reserve the space for a new version of a file. The same key again finds the same upload."""
    begun = create_version_upload(
        node=file_for(request, Action.CHANGE, pk),
        size=data.size,
        key=data.key,
        sha256=data.sha256,
        act=act_of(request),
    )
    return _begun(begun, seen_node(request, begun.node) if begun.node else None)


@router.get("/uploads", response=list[dict[str, Any]], operation_id="uploads", url_name="uploads")
def listed(request: AuthenticatedRequest) -> Any:
    """Those that are under way."""
    return list_uploads(user=request.user)


@router.get(
    "/uploads/{uuid:pk}", response=dict[str, Any], operation_id="upload_state", url_name="state"
)
def state(request: AuthenticatedRequest, pk: UUID) -> Any:
    """How it stands, with the parts that have arrived."""
    return describe_upload(_own(request, pk))


@router.delete(
    "/uploads/{uuid:pk}", response={204: None}, operation_id="give_up_upload", url_name="give_up"
)
def give_up(request: AuthenticatedRequest, pk: UUID) -> Any:
    abort_upload(upload=_own(request, pk))
    return Status(204, None)


@router.post(
    "/uploads/{uuid:pk}/sign",
    response=list[SignedOut],
    operation_id="sign_parts",
    url_name="sign_parts",
)
def sign(request: AuthenticatedRequest, pk: UUID, data: PartsIn) -> Any:
    """Addresses for parts. A bucket wants the SHA-256 of each beforehand."""
    upload = _own(request, pk)
    require_sending(request.user, upload)
    signed = sign_parts(upload=upload, wanted=[(part.number, part.sha256) for part in data.parts])
    return [SignedOut(number=part.number, url=part.url, headers=part.headers) for part in signed]


@router.post(
    "/uploads/{uuid:pk}/complete",
    response={200: None, 201: NodeOut, 202: None},
    operation_id="complete_upload",
    url_name="complete",
)
def complete(request: AuthenticatedRequest, pk: UUID, data: EndIn) -> Any:
    """Make the file. 202 while a large one is read once more: ask again. 200: skipped."""
    upload = _own(request, pk)
    require_sending(request.user, upload)
    conflict = Conflict(data.conflict) if data.conflict else None
    completed = complete_upload(upload=upload, conflict=conflict, act=act_of(request))
    if completed.pending:
        return Status(202, None)
    if completed.node is None:
        return Status(200, None)
    return Status(201, seen_node(request, completed.node))
