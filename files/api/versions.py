"""What a file has held: brought back, deleted for good."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.errors import HttpError

from files.api.schemas import VersionOut
from files.http import AuthenticatedRequest
from files.models import Node, Version
from files.policy import Action
from files.versions import delete_version, restore_version
from files.views.answers import act_of, node_for

router = Router(tags=["Versions"])
MOST = 2**31 - 1


def _version(node: Node, number: int) -> Version:
    if number > MOST:
        raise HttpError(404, "There is no such version.")
    return get_object_or_404(Version.objects.select_related("blob"), node=node, number=number)


@router.post(
    "/files/{uuid:pk}/versions/{int:number}/restore",
    response={201: VersionOut},
    operation_id="restore_version",
    url_name="version_restore",
)
def restore(request: AuthenticatedRequest, pk: UUID, number: int) -> Status[Any]:
    """Make what the file held then its newest version. Nothing is lost; it takes no space."""
    version = _version(node_for(request, Action.CHANGE, pk), number)
    newest = restore_version(version=version, act=act_of(request))
    return Status(201, VersionOut.of(newest))


@router.delete(
    "/files/{uuid:pk}/versions/{int:number}",
    response={204: None},
    operation_id="delete_version",
    url_name="version",
)
def delete(request: AuthenticatedRequest, pk: UUID, number: int) -> Status[None]:
    """Delete an older version for good. 409 for the newest, which is what the file holds."""
    version = _version(node_for(request, Action.PURGE, pk), number)
    delete_version(version=version, act=act_of(request))
    return Status(204, None)
