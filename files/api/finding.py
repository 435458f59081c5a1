"""Finding: search, what is recent and starred, tags."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import AwareDatetime, StringConstraints

from files.api.nodes import CursorIn, cursor_in, page_out, with_content
from files.api.schemas import PageOut
from files.groups import Group
from files.http import AuthenticatedRequest
from files.listing import MAX_SIZE, Page
from files.models import Tag
from files.policy import Action
from files.recent import By, recent_page
from files.search import ORDER, Criteria, search_page
from files.stars import star_nodes, starred_page, unstar_nodes
from files.tags import (
    MAX_LENGTH,
    change_tag,
    create_tag,
    delete_tag,
    merge_tags,
    set_tags,
    tags_of,
    tags_on,
)
from files.views.answers import node_for

router = Router(tags=["Finding"])

Bytes = Annotated[int | None, Query(None, ge=0, le=MAX_SIZE)]
Words = Annotated[str, Query("", max_length=255, description="Each is somewhere in the name.")]
# Every time zone has it.
Moment = Annotated[
    AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(9000, 1, 1, tzinfo=UTC))
]
TagName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LENGTH)]


class Filters(Schema):
    """Everything that is given must hold. At least one must be given, or nothing is found."""

    q: Words = ""
    kind: Group | None = None
    min_size: Bytes = None
    max_size: Bytes = None
    since: Moment | None = Field(None, description="Changed then or later.")
    before: Moment | None = Field(None, description="Changed before.")
    tag: UUID | None = None
    starred: bool = False


class TagIn(Schema):
    name: TagName
    colour: Tag.Colour = Tag.Colour.GREY


class TagOut(Schema):
    id: UUID
    name: str
    colour: Tag.Colour


class CountedTagOut(TagOut):
    count: int = Field(description="Files and folders that have it, without those in the trash.")


class MergeIn(Schema):
    into: UUID = Field(description="The tag that stays.")


class MergedOut(Schema):
    moved: int = Field(description="Files and folders that did not have it before.")


class TagNamesIn(Schema):
    names: Annotated[list[TagName], Field(max_length=100)]


@router.get("/search", response=PageOut, operation_id="search", url_name="search")
def search(
    request: AuthenticatedRequest, filters: Query[Filters], cursor: CursorIn = ""
) -> PageOut:
    """Files and folders that you may see, the newest first; case and accents do not count."""
    criteria = Criteria(
        words=filters.q,
        group=filters.kind,
        min_size=filters.min_size,
        max_size=filters.max_size,
        since=filters.since,
        before=filters.before,
        tag=filters.tag,
        starred=filters.starred,
    )
    after = cursor_in(cursor, ORDER)
    return page_out(with_content(search_page(owner=request.user, criteria=criteria, after=after)))


@router.get("/recent", response=PageOut, operation_id="list_recent", url_name="recent")
def list_recent(
    request: AuthenticatedRequest, by: By = By.CHANGED, cursor: CursorIn = ""
) -> PageOut:
    """Files that were opened, changed or added lately, the latest first."""
    return _page(lambda: recent_page(user=request.user, by=by, after=cursor))


@router.get("/starred", response=PageOut, operation_id="list_starred", url_name="starred")
def list_starred(request: AuthenticatedRequest, cursor: CursorIn = "") -> PageOut:
    """What you have starred, the newest star first."""
    return _page(lambda: starred_page(user=request.user, after=cursor))


@router.put("/nodes/{uuid:pk}/star", response={204: None}, operation_id="star", url_name="star")
def star(request: AuthenticatedRequest, pk: UUID) -> Any:
    star_nodes(user=request.user, nodes=[node_for(request, Action.SEE, pk)])
    return Status(204, None)


@router.delete(
    "/nodes/{uuid:pk}/star", response={204: None}, operation_id="unstar", url_name="star"
)
def unstar(request: AuthenticatedRequest, pk: UUID) -> Any:
    unstar_nodes(user=request.user, nodes=[node_for(request, Action.SEE, pk)])
    return Status(204, None)


@router.get("/tags", response=list[CountedTagOut], operation_id="list_tags", url_name="tags")
def list_tags(request: AuthenticatedRequest) -> Any:
    """Your tags, in order. Nobody else sees them."""
    return tags_of(request.user)


@router.post("/tags", response={201: TagOut}, operation_id="create_tag", url_name="tags")
def make_tag(request: AuthenticatedRequest, data: TagIn) -> Any:
    return Status(201, create_tag(user=request.user, name=data.name, colour=data.colour))


@router.put("/tags/{uuid:pk}", response=TagOut, operation_id="change_tag", url_name="tag")
def edit_tag(request: AuthenticatedRequest, pk: UUID, data: TagIn) -> Any:
    return change_tag(tag=_own_tag(request, pk), name=data.name, colour=data.colour)


@router.post(
    "/tags/{uuid:pk}/merge", response=MergedOut, operation_id="merge_tag", url_name="merge_tag"
)
def merge_tag(request: AuthenticatedRequest, pk: UUID, data: MergeIn) -> MergedOut:
    """Let everything that has this tag have another instead, and delete it. There is no way back.

    409 for a new name (`PUT /tags/{id}`) that another tag has leads here.
    """
    into = _own_tag(request, data.into)
    return MergedOut(moved=merge_tags(tag=_own_tag(request, pk), into=into))


@router.delete("/tags/{uuid:pk}", response={204: None}, operation_id="delete_tag", url_name="tag")
def remove_tag(request: AuthenticatedRequest, pk: UUID) -> Any:
    """Delete a tag. What it was on stays as it is."""
    delete_tag(tag=_own_tag(request, pk))
    return Status(204, None)


@router.get(
    "/nodes/{uuid:pk}/tags",
    response=list[TagOut],
    operation_id="get_node_tags",
    url_name="node_tags",
)
def get_node_tags(request: AuthenticatedRequest, pk: UUID) -> Any:
    node = node_for(request, Action.SEE, pk)
    return tags_on(request.user, [node.pk]).get(node.pk, [])


@router.put(
    "/nodes/{uuid:pk}/tags",
    response=list[TagOut],
    operation_id="set_node_tags",
    url_name="node_tags",
)
def set_node_tags(request: AuthenticatedRequest, pk: UUID, data: TagNamesIn) -> Any:
    """Let it have exactly these tags of yours, by name; made where they are missing."""
    node = node_for(request, Action.SEE, pk)
    set_tags(user=request.user, node=node, names=data.names)
    return tags_on(request.user, [node.pk]).get(node.pk, [])


def _own_tag(request: AuthenticatedRequest, pk: UUID) -> Tag:
    return get_object_or_404(Tag.objects.owned_by(request.user), pk=pk)


def _page(read: Any) -> PageOut:
    try:
        page: Page = read()
    except ValueError as error:
        raise HttpError(422, "cursor: this is no place in the list.") from error
    return page_out(with_content(page))
