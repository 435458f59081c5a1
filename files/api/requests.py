"""File requests: links by which others put files into a folder of yours."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime, StringConstraints

from files.http import AuthenticatedRequest
from files.models import FileRequest
from files.policy import Action
from files.requests import (
    change_request,
    close_request,
    create_request,
    end_request,
    reopen_request,
    terms_of,
)
from files.views.answers import act_of, folder_for

router = Router(tags=["File requests"])
Text = r"^[^\x00]*$"
Limit = Annotated[int, Field(ge=1, le=2**62)]


class RequestIn(Schema):
    label: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=Text)]
    message: Annotated[str, StringConstraints(max_length=500, pattern=Text)] = ""
    password: Annotated[str, StringConstraints(max_length=128)] = ""
    expires_at: AwareDatetime | None = None
    max_files: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_file_bytes: Limit | None = None
    max_bytes: Limit | None = Field(None, description="null: the site's own limit.")


class RequestChangeIn(Schema):
    """What is not sent stays as it is. null lifts a limit, or the end."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=Text)] = ""
    message: Annotated[str, StringConstraints(max_length=500, pattern=Text)] = ""
    password: Annotated[str, StringConstraints(max_length=128)] = Field(
        "", description="Empty: none from now on."
    )
    expires_at: AwareDatetime | None = None
    max_files: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    max_file_bytes: Limit | None = None
    max_bytes: Limit | None = Field(None, description="null: the site's own limit.")
    closed: bool = Field(
        default=False, description="true lets nothing more in; false opens it again."
    )


class RequestOut(Schema):
    id: UUID
    label: str
    message: str
    has_password: bool
    expires_at: datetime | None
    max_files: int | None
    max_file_bytes: int | None
    max_bytes: int | None
    most_bytes: int = Field(description="What it takes in all: `max_bytes`, or the site's limit.")
    files: int
    bytes: int
    closed: bool
    created_at: datetime
    url: str = Field("", description="The link itself: only in the answer that makes it.")

    @classmethod
    def of(cls, asked: FileRequest, url: str = "") -> "RequestOut":
        return cls(
            id=asked.pk,
            label=asked.label,
            message=asked.message,
            has_password=bool(asked.password),
            expires_at=asked.expires_at,
            max_files=asked.max_files,
            max_file_bytes=asked.max_file_bytes,
            max_bytes=asked.max_bytes,
            most_bytes=asked.most_bytes,
            files=asked.files,
            bytes=asked.bytes,
            closed=asked.closed_at is not None,
            created_at=asked.created_at,
            url=url,
        )


@router.post(
    "/folders/{uuid:pk}/requests",
    response={201: RequestOut},
    operation_id="create_request",
    url_name="requests",
)
def create(request: AuthenticatedRequest, pk: UUID, data: RequestIn) -> Any:
    """Ask for files into a folder. `url` is shown this once."""
    folder = folder_for(request, Action.SHARE, pk)
    asked, secret = create_request(node=folder, act=act_of(request), **data.dict())
    url = f"{settings.SITE_URL}{reverse('sender:open', args=[secret])}"
    return Status(201, RequestOut.of(asked, url))


@router.get(
    "/folders/{uuid:pk}/requests",
    response=list[RequestOut],
    operation_id="list_requests",
    url_name="requests",
)
def list_requests(request: AuthenticatedRequest, pk: UUID) -> list[RequestOut]:
    """The requests for files into a folder that were not ended, the newest first."""
    folder = folder_for(request, Action.SHARE, pk)
    asked = folder.file_requests.listed().order_by("-created_at")
    return [RequestOut.of(one) for one in asked]


@router.patch(
    "/requests/{uuid:pk}", response=RequestOut, operation_id="change_request", url_name="request"
)
def change(request: AuthenticatedRequest, pk: UUID, data: RequestChangeIn) -> RequestOut:
    """Give a request other terms, close it, or open it again. Its link stays as it was."""
    own = FileRequest.objects.owned_by(request.user).listed()
    asked = get_object_or_404(own.select_related("node"), pk=pk)
    wish = data.dict(exclude_unset=True)
    closed: bool | None = wish.pop("closed", None)
    with transaction.atomic():
        if wish:
            change_request(request=asked, act=act_of(request), **{**terms_of(asked), **wish})
        if closed is not None:
            turn = close_request if closed else reopen_request
            turn(request=asked, act=act_of(request))
    return RequestOut.of(asked)


@router.delete(
    "/requests/{uuid:pk}", response={204: None}, operation_id="end_request", url_name="request"
)
def end(request: AuthenticatedRequest, pk: UUID) -> Any:
    """End a request at once. What came stays."""
    own = FileRequest.objects.owned_by(request.user).select_related("node")
    end_request(request=get_object_or_404(own, pk=pk), act=act_of(request))
    return Status(204, None)
