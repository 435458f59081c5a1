"""Links to files and folders."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import AwareDatetime, StringConstraints

from files.http import AuthenticatedRequest
from files.models import Node, Share
from files.policy import Action
from files.sharing import create_link, revoke_link
from files.views.answers import act_of, node_for

router = Router(tags=["Links"])


class ShareIn(Schema):
    label: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    password: Annotated[str, StringConstraints(max_length=128)] = ""
    expires_at: AwareDatetime | None = Field(None, description="With its zone; null: no end.")
    max_downloads: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    view_only: bool = Field(default=False, description="Previews without a download.")


class ShareOut(Schema):
    id: UUID
    label: str
    has_password: bool
    expires_at: datetime | None
    max_downloads: int | None
    downloads: int
    view_only: bool
    opens: int
    last_opened_at: datetime | None
    created_at: datetime
    url: str = Field("", description="The link itself: only in the answer that makes it.")

    @classmethod
    def of(cls, share: Share, url: str = "") -> "ShareOut":
        return cls(
            id=share.pk,
            label=share.label,
            has_password=bool(share.password),
            expires_at=share.expires_at,
            max_downloads=share.max_downloads,
            downloads=share.downloads,
            view_only=share.view_only,
            opens=share.opens,
            last_opened_at=share.last_opened_at,
            created_at=share.created_at,
            url=url,
        )


def shareable(request: AuthenticatedRequest, pk: UUID) -> Node:
    node = node_for(request, Action.SHARE, pk)
    if node.is_root:
        raise HttpError(400, "Share a folder in your vault, not the whole of it.")
    return node


@router.post(
    "/nodes/{uuid:pk}/shares",
    response={201: ShareOut},
    operation_id="create_share",
    url_name="shares",
)
def create(request: AuthenticatedRequest, pk: UUID, data: ShareIn) -> Any:
    """Make a link to a file or folder. `url` is shown this once."""
    node = shareable(request, pk)
    share, secret = create_link(node=node, act=act_of(request), **data.dict())
    url = f"{settings.SITE_URL}{reverse('guest:open', args=[secret])}"
    return Status(201, ShareOut.of(share, url))


@router.get(
    "/nodes/{uuid:pk}/shares",
    response=list[ShareOut],
    operation_id="list_shares",
    url_name="shares",
)
def list_shares(request: AuthenticatedRequest, pk: UUID) -> list[ShareOut]:
    """The links to a file or folder that were not ended, the newest first."""
    shares = (
        node_for(request, Action.SHARE, pk).shares.filter(revoked_at=None).order_by("-created_at")
    )
    return [ShareOut.of(share) for share in shares]


@router.delete(
    "/shares/{uuid:pk}", response={204: None}, operation_id="end_share", url_name="share"
)
def end(request: AuthenticatedRequest, pk: UUID) -> Any:
    """End a link at once."""
    own = Share.objects.owned_by(request.user).select_related("node")
    revoke_link(share=get_object_or_404(own, pk=pk), act=act_of(request))
    return Status(204, None)
