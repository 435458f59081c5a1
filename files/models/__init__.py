"""What you keep: a tree of nodes per owner, versions of files, immutable blobs."""

from files.models.blobs import Blob, Preview, Version
from files.models.sharing import Share, ShareQuerySet
from files.models.tree import Node, NodeQuerySet
from files.models.uploads import Upload, UploadPart, UploadQuerySet
from files.models.vaults import Vault

__all__ = [
    "Blob",
    "Node",
    "NodeQuerySet",
    "Preview",
    "Share",
    "ShareQuerySet",
    "Upload",
    "UploadPart",
    "UploadQuerySet",
    "Vault",
    "Version",
]
