"""Placeholder until the real one lands."""

from collections.abc import Sequence
from typing import IO, Any
from uuid import UUID

from django.core.files.storage import default_storage

from files.models import Blob, Node, Preview


def has_thumbnail(media_type: str) -> bool:
    return False


def request_preview(*, blob: Blob, variant: str, name: str = "") -> Preview:
    raise NotImplementedError


def thumbnails_for(nodes: Sequence[Node]) -> dict[UUID, Preview]:
    return {}


def open_preview(preview: Preview) -> IO[Any]:
    return default_storage.open(preview.key, "rb")
