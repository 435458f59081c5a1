"""What you keep: a tree of nodes per owner, versions of files, immutable blobs."""

from files.models.activity import Activity
from files.models.blobs import Blob, Preview, Version
from files.models.marks import NodeTag, Opening, Star, Tag, TagQuerySet
from files.models.sharing import (
    FileRequest,
    FileRequestQuerySet,
    Grant,
    GrantQuerySet,
    Share,
    ShareQuerySet,
)
from files.models.tree import Node, NodeQuerySet
from files.models.uploads import Upload, UploadPart, UploadQuerySet
from files.models.vaults import Vault

__all__ = [
    "Activity",
    "Blob",
    "FileRequest",
    "FileRequestQuerySet",
    "Grant",
    "GrantQuerySet",
    "Node",
    "NodeQuerySet",
    "NodeTag",
    "Opening",
    "Preview",
    "Share",
    "ShareQuerySet",
    "Star",
    "Tag",
    "TagQuerySet",
    "Upload",
    "UploadPart",
    "UploadQuerySet",
    "Vault",
    "Version",
]
