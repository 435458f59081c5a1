"""Who did what: in your vault, and with one file or folder."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Field, Query, Router, Schema
from ninja.errors import HttpError

from files.activity import ActivityPage, By, Line, node_activity, vault_activity
from files.api.nodes import Limit
from files.http import AuthenticatedRequest
from files.models import Activity
from files.policy import Action
from files.views.answers import node_for

router = Router(tags=["Activity"])

Cursor = Annotated[str, Query("", max_length=20, description="`next_cursor` of a page.")]
MOST = 2**63 - 1


class ActivityOut(Schema):
    id: int
    at: datetime
    kind: Activity.Kind
    by: By = Field(description="A person of the site, a guest of a link or request, or the site.")
    who: str = Field(description="Their name; of guests, what they called themselves.")
    node: UUID | None = Field(description="null once it was deleted for good.")
    name: str = Field(description="What it was called then.")
    detail: str = Field(description="Such as the former name, or with whom it is shared.")
    text: str = Field(description="All of it in words.")
    ip: str | None = Field(description="Of guests, for the owner of the vault alone.")

    @classmethod
    def of(cls, line: Line, *, show_places: bool) -> "ActivityOut":
        row = line.row
        return cls(
            id=row.pk,
            at=row.at,
            kind=Activity.Kind(row.kind),
            by=line.by,
            who=line.who,
            node=row.node_id,
            name=row.name,
            detail=row.detail,
            text=line.text,
            ip=line.came_from if show_places else None,
        )


class ActivityPageOut(Schema):
    entries: list[ActivityOut]
    next_cursor: str = Field(description="Send it back as `cursor`; empty on the last page.")


@router.get(
    "/activity", response=ActivityPageOut, operation_id="list_activity", url_name="activity"
)
def list_activity(
    request: AuthenticatedRequest,
    kind: Activity.Kind | None = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> ActivityPageOut:
    """What was done in your vault, and through links into it; the latest first."""
    page = vault_activity(owner=request.user, kind=kind or "", after=_after(cursor), limit=limit)
    return _page_out(page, show_places=True)


@router.get(
    "/nodes/{uuid:pk}/activity",
    response=ActivityPageOut,
    operation_id="list_node_activity",
    url_name="node_activity",
)
def list_node_activity(
    request: AuthenticatedRequest, pk: UUID, cursor: Cursor = "", limit: Limit = 100
) -> ActivityPageOut:
    """What was done with a file or folder; for its owner, and for whoever may edit it."""
    node = node_for(request, Action.WATCH, pk)
    page = node_activity(node=node, after=_after(cursor), limit=limit)
    return _page_out(page, show_places=node.owner_id == request.user.pk)


def _page_out(page: ActivityPage, *, show_places: bool) -> ActivityPageOut:
    entries = [ActivityOut.of(line, show_places=show_places) for line in page.entries]
    return ActivityPageOut(entries=entries, next_cursor=str(page.next_after or ""))


def _after(cursor: str) -> int:
    """Return the id that a page named; 0, which is the start, for none."""
    if not cursor:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or not 0 < int(cursor) <= MOST:
        raise HttpError(422, "cursor: this is no place in the list.")
    return int(cursor)
