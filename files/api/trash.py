"""Deleting, taking back, deleting for good."""

from ninja import Router
from ninja.errors import HttpError

from files.api.nodes import CursorIn, page_out
from files.api.schemas import DoneOut, IdsIn, PageOut, PurgedOut
from files.http import AuthenticatedRequest
from files.listing import trash_page
from files.models import Node
from files.policy import Action
from files.trash import purge_nodes, restore_nodes, trash_nodes
from files.views.answers import act_of, chosen_nodes

router = Router(tags=["Trash"])


def _chosen(
    request: AuthenticatedRequest, data: IdsIn, action: Action, *, trashed: bool
) -> list[Node]:
    return chosen_nodes(request, [str(pk) for pk in data.ids], action, trashed=trashed)


@router.get("/trash", response=PageOut, operation_id="list_trash", url_name="trash")
def list_trash(request: AuthenticatedRequest, cursor: CursorIn = "") -> PageOut:
    """What is in the trash, the last deleted first."""
    try:
        return page_out(trash_page(owner=request.user, after=cursor))
    except ValueError as error:
        raise HttpError(422, "cursor: this is no place in the list.") from error


@router.post("/trash", response=DoneOut, operation_id="trash", url_name="trash")
def delete(request: AuthenticatedRequest, data: IdsIn) -> DoneOut:
    """Put things into the trash, with all they hold."""
    nodes = _chosen(request, data, Action.ARRANGE, trashed=False)
    return DoneOut(ids=trash_nodes(owner=nodes[0].owner, nodes=nodes, act=act_of(request)))


@router.post("/trash/restore", response=DoneOut, operation_id="restore", url_name="restore")
def restore(request: AuthenticatedRequest, data: IdsIn) -> DoneOut:
    """Put things back where they were."""
    chosen = _chosen(request, data, Action.ARRANGE, trashed=True)
    nodes = restore_nodes(owner=chosen[0].owner, nodes=chosen, act=act_of(request))
    return DoneOut(ids=[node.pk for node in nodes])


@router.post("/trash/purge", response=PurgedOut, operation_id="purge", url_name="purge")
def purge(request: AuthenticatedRequest, data: IdsIn) -> PurgedOut:
    """Delete things from the trash for good. There is no way back."""
    nodes = _chosen(request, data, Action.PURGE, trashed=True)
    return PurgedOut(purged=purge_nodes(owner=request.user, nodes=nodes, act=act_of(request)))
