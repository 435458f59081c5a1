"""What goes over the wire. Sizes are bytes, times ISO 8601 with their zone, digests hex."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import StringConstraints

from files.models import Node, Version

MAX_IDS = 1000
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=MAX_IDS)]


class NodeOut(Schema):
    id: UUID
    kind: Literal["folder", "file"]
    name: str = Field(description="Empty for the folder that stands for the whole vault.")
    parent: UUID | None
    size: int = Field(description="Bytes; 0 for a folder.")
    media_type: str = Field(description="Sniffed from the content; empty for a folder.")
    sha256: str | None = Field(
        None, description="Of the content; null for a folder, and until a bucket's was read."
    )
    created_at: datetime
    modified_at: datetime

    @classmethod
    def of(cls, node: Node) -> "NodeOut":
        return cls(
            id=node.pk,
            kind="folder" if node.is_folder else "file",
            name=node.name,
            parent=node.parent_id,
            size=node.size,
            media_type=node.media_type,
            sha256=(node.content.sha256 or None) if node.content else None,
            created_at=node.created_at,
            modified_at=node.modified_at,
        )


class PageOut(Schema):
    entries: list[NodeOut]
    next_cursor: str = Field(description="Send it back as `cursor`; empty on the last page.")


class VersionOut(Schema):
    number: int
    size: int
    sha256: str
    media_type: str
    created_at: datetime

    @classmethod
    def of(cls, version: Version) -> "VersionOut":
        blob = version.blob
        return cls(
            number=version.number,
            size=blob.size,
            sha256=blob.sha256,
            media_type=blob.media_type,
            created_at=version.created_at,
        )


class FolderIn(Schema):
    name: Name


class RenameIn(Schema):
    name: Name


class IdsIn(Schema):
    ids: Ids


class PlaceIn(Schema):
    ids: Ids
    target: UUID = Field(description="The folder to put them into.")
    conflict: Literal["ask", "keep_both", "replace", "skip"] = "ask"


class DoneOut(Schema):
    ids: list[UUID]


class PurgedOut(Schema):
    purged: int = Field(description="Files and folders deleted for good.")


class ProblemOut(Schema):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    conflicts: list[str] = Field([], description="Names that are taken, with status 409.")
