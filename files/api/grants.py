"""People of the site who are let in; and what is shared with you."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import StringConstraints

from files.api.schemas import NodeOut
from files.api.shares import shareable
from files.grants import end_grant, grant_access
from files.http import AuthenticatedRequest
from files.models import Grant
from files.overview import held_page
from files.people import name_of
from files.views.answers import act_of

router = Router(tags=["People"])
RoleName = Literal["viewer", "editor"]


class GrantIn(Schema):
    address: Annotated[
        str, StringConstraints(min_length=1, max_length=254, pattern=r"^[^\x00]*$")
    ] = Field(description="An e-mail address or a user name.")
    role: RoleName = "viewer"


class GrantOut(Schema):
    id: UUID
    address: str = Field(description="As it was given. Whether anybody has it is not told.")
    role: Grant.Role
    name: str = Field(description="Empty until the person has come.")
    created_at: datetime
    opened_at: datetime | None

    @classmethod
    def of(cls, grant: Grant) -> "GrantOut":
        return cls(
            id=grant.pk,
            address=grant.address,
            role=Grant.Role(grant.role),
            name=name_of(grant.person) if grant.person and grant.opened_at else "",
            created_at=grant.created_at,
            opened_at=grant.opened_at,
        )


class SharedOut(Schema):
    id: UUID = Field(description="Of the share: end it by `DELETE /grants/{id}`.")
    role: Grant.Role
    owner: str
    node: NodeOut


class SharedPageOut(Schema):
    entries: list[SharedOut]
    next_cursor: str


@router.post(
    "/nodes/{uuid:pk}/grants",
    response={201: GrantOut},
    operation_id="create_grant",
    url_name="grants",
)
def create(request: AuthenticatedRequest, pk: UUID, data: GrantIn) -> Any:
    """Let somebody into a file or folder. The same address again changes the role."""
    grant = grant_access(
        node=shareable(request, pk),
        address=data.address,
        role=Grant.Role(data.role),
        act=act_of(request),
    )
    return Status(201, GrantOut.of(grant))


@router.get(
    "/nodes/{uuid:pk}/grants",
    response=list[GrantOut],
    operation_id="list_grants",
    url_name="grants",
)
def list_grants(request: AuthenticatedRequest, pk: UUID) -> list[GrantOut]:
    """Who is let into a file or folder of yours."""
    grants = shareable(request, pk).grants.select_related("person").order_by("created_at")
    return [GrantOut.of(grant) for grant in grants]


@router.get("/shared", response=SharedPageOut, operation_id="list_shared", url_name="shared")
def list_shared(
    request: AuthenticatedRequest, cursor: Annotated[str, Query("", max_length=200)] = ""
) -> SharedPageOut:
    """What is shared with you, the latest first."""
    try:
        page = held_page(user=request.user, after=cursor)
    except ValueError as error:
        raise HttpError(422, "cursor: this is no place in the list.") from error
    entries = [
        SharedOut(
            id=grant.pk,
            role=Grant.Role(grant.role),
            owner=name_of(grant.node.owner),
            # What it lies in is not shared.
            node=NodeOut.of(grant.node).model_copy(update={"parent": None}),
        )
        for grant in page.entries
    ]
    return SharedPageOut(entries=entries, next_cursor=page.next_after)


@router.delete(
    "/grants/{uuid:pk}", response={204: None}, operation_id="end_grant", url_name="grant"
)
def end(request: AuthenticatedRequest, pk: UUID) -> Any:
    """Let somebody in no more; or leave what is shared with you."""
    grants = Grant.objects.given_by(request.user) | Grant.objects.filter(person=request.user.pk)
    found = get_object_or_404(grants.select_related("node", "node__owner", "person"), pk=pk)
    end_grant(grant=found, act=act_of(request))
    return Status(204, None)
