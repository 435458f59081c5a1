"""Folders and files: looking, making, naming, moving, copying."""

from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Status
from ninja.errors import HttpError

from files.api.schemas import (
    DoneOut,
    FolderIn,
    NodeOut,
    PageOut,
    PlaceIn,
    RenameIn,
    VersionOut,
)
from files.conflicts import Conflict
from files.http import AuthenticatedRequest
from files.listing import Cursor, Order, Page, Sort, folder_page
from files.models import Node, Version
from files.moving import copy_nodes, move_nodes
from files.policy import Action, require_copy, require_move, visible_way
from files.tree import create_folder, rename_node, root_of
from files.views.answers import act_of, chosen_nodes, folder_for, node_for

router = Router(tags=["Folders and files"])

CursorIn = Annotated[str, Query("", max_length=2000, description="`next_cursor` of a page.")]
Limit = Annotated[int, Query(100, ge=1, le=500)]


def page_out(page: Page) -> PageOut:
    return PageOut(
        entries=[NodeOut.of(node) for node in page.entries], next_cursor=page.next_cursor
    )


def cursor_in(text: str, order: Order) -> Cursor | None:
    try:
        return Cursor.decode(text, order) if text else None
    except ValueError as error:
        raise HttpError(422, "cursor: this is no place in the list.") from error


def with_content(page: Page) -> Page:
    """Read the contents of a whole page at once, for their digests."""
    from_ids = Node.objects.select_related("content").in_bulk([node.pk for node in page.entries])
    return Page([from_ids.get(node.pk, node) for node in page.entries], page.next_cursor)


@router.get("/root", response=NodeOut, operation_id="get_root", url_name="root")
def get_root(request: AuthenticatedRequest) -> NodeOut:
    """The folder that stands for your whole vault."""
    return NodeOut.of(root_of(request.user))


@router.get("/nodes/{uuid:pk}", response=NodeOut, operation_id="get_node", url_name="node")
def get_node(request: AuthenticatedRequest, pk: UUID) -> NodeOut:
    return seen_node(request, node_for(request, Action.SEE, pk))


def seen_node(request: AuthenticatedRequest, node: Node) -> NodeOut:
    """Return what the person is told of a node that they may see."""
    out = NodeOut.of(node)
    if node.owner_id != request.user.pk and len(visible_way(request.user, node)) == 1:
        # What was shared itself: where it lies is not shared.
        out.parent = None
    return out


@router.get(
    "/folders/{uuid:pk}/entries", response=PageOut, operation_id="list_folder", url_name="entries"
)
def list_folder(
    request: AuthenticatedRequest,
    pk: UUID,
    cursor: CursorIn = "",
    limit: Limit = 100,
    sort: Sort = Sort.NAME,
    *,
    descending: bool = False,
) -> PageOut:
    """A page of a folder, folders first. The last page costs as much as the first."""
    order = Order(sort, descending)
    folder = folder_for(request, Action.SEE, pk)
    page = folder_page(folder=folder, order=order, after=cursor_in(cursor, order), limit=limit)
    return page_out(with_content(page))


@router.post(
    "/folders/{uuid:pk}/folders",
    response={201: NodeOut},
    operation_id="create_folder",
    url_name="new_folder",
)
def new_folder(request: AuthenticatedRequest, pk: UUID, data: FolderIn) -> Any:
    """Make a folder in a folder. A name that is taken is 409."""
    parent = folder_for(request, Action.ADD, pk)
    folder = create_folder(parent=parent, name=data.name, act=act_of(request))
    return Status(201, NodeOut.of(folder))


@router.patch("/nodes/{uuid:pk}", response=NodeOut, operation_id="rename_node", url_name="node")
def rename(request: AuthenticatedRequest, pk: UUID, data: RenameIn) -> NodeOut:
    node = node_for(request, Action.ARRANGE, pk)
    if node.is_root:
        raise Node.DoesNotExist
    return NodeOut.of(rename_node(node=node, name=data.name, act=act_of(request)))


@router.post("/move", response=DoneOut, operation_id="move", url_name="move")
def move(request: AuthenticatedRequest, data: PlaceIn) -> DoneOut:
    """Put things into another folder: all of them, or none."""
    nodes = chosen_nodes(request, [str(pk) for pk in data.ids], Action.ARRANGE)
    target = folder_for(request, Action.ADD, data.target)
    require_move(request.user, nodes, target)
    placed = move_nodes(
        owner=target.owner,
        nodes=nodes,
        target=target,
        conflict=Conflict(data.conflict),
        act=act_of(request),
    )
    return DoneOut(ids=[node.pk for node in placed])


@router.post("/copy", response=DoneOut, operation_id="copy", url_name="copy")
def copy(request: AuthenticatedRequest, data: PlaceIn) -> DoneOut:
    """Copy things, with all they hold, into a folder. Returns the copies."""
    nodes = chosen_nodes(request, [str(pk) for pk in data.ids], Action.DOWNLOAD)
    target = folder_for(request, Action.ADD, data.target)
    require_copy(request.user, nodes, target)
    copies = copy_nodes(
        owner=target.owner,
        nodes=nodes,
        target=target,
        conflict=Conflict(data.conflict),
        act=act_of(request),
    )
    return DoneOut(ids=[node.pk for node in copies])


@router.get(
    "/files/{uuid:pk}/versions",
    response=list[VersionOut],
    operation_id="list_versions",
    url_name="versions",
)
def list_versions(request: AuthenticatedRequest, pk: UUID) -> list[VersionOut]:
    """Every content that the file has had, the newest first."""
    node = node_for(request, Action.DOWNLOAD, pk)
    versions = Version.objects.filter(node=node).select_related("blob").order_by("-number")
    return [VersionOut.of(version) for version in versions]
