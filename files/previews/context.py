"""What a page needs to show a preview, whatever its kind and its state."""

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext

from files.models import Node, Preview
from files.previews.errors import WORDS
from files.previews.make import open_preview, request_preview
from files.previews.registry import FALLBACK, Kind, kind_of

# What these endings promise; another sniffed type is worth a word.
PROMISES = {
    ".jpg": "image/",
    ".jpeg": "image/",
    ".png": "image/",
    ".gif": "image/",
    ".webp": "image/",
    ".heic": "image/",
    ".pdf": "application/pdf",
    ".mp3": "audio/",
    ".wav": "audio/",
    ".mp4": "video/",
    ".zip": "application/zip",
    ".txt": "text/",
    ".csv": "text/",
    ".md": "text/",
}


@dataclass(frozen=True)
class PreviewContext:
    """`template` shows it. `html` is our own renderer's, escaped or sanitised by it."""

    kind: Kind
    template: str
    state: str
    details: dict[str, Any] = field(default_factory=dict)
    html: str = ""
    rows: list[Any] = field(default_factory=list)
    words: str = ""
    mislabelled: bool = False
    page: int = 1
    variant: str = "view"
    picture: bool = False

    @property
    def pages(self) -> int:
        return int(self.details.get("pages", 0))

    @property
    def previous_page(self) -> int:
        return max(self.page - 1, 0)

    @property
    def next_page(self) -> int:
        return self.page + 1 if self.page < self.pages else 0


def preview_context(*, node: Node, page: int = 1) -> PreviewContext:
    """Return how to show the file, and have its preview made where there is none yet.

    `page` is the page of a document, from 1. At most a handful of queries, whatever the file.
    """
    kind = kind_of(node.media_type)
    mislabelled = _is_mislabelled(node)
    if node.content is not None and node.content.quarantined_at is not None:
        return PreviewContext(kind, "files/previews/damaged.html", "ready")
    if node.content is None or not kind.rendered:
        return PreviewContext(kind, _template(kind), "ready", mislabelled=mislabelled)
    view = request_preview(blob=node.content, variant="view", name=node.name)
    if view.state == Preview.State.READY and kind.name == "pdf":
        number = min(max(page, 1), int(view.details.get("pages", 1)))
        picture = request_preview(blob=node.content, variant=f"page-{number}", name=node.name)
        details = view.details
        return _shown(kind, picture, mislabelled=mislabelled, page=number, details=details)
    return _shown(kind, view, mislabelled=mislabelled, page=max(page, 1))


def _shown(
    kind: Kind,
    preview: Preview,
    *,
    mislabelled: bool,
    page: int = 1,
    details: dict[str, Any] | None = None,
) -> PreviewContext:
    state, html = preview.state, ""
    rows: list[Any] = []
    try:
        html, rows = _read(preview)
    except Preview.DoesNotExist:
        state = Preview.State.PENDING
    if state == Preview.State.PENDING:
        template, words = "files/previews/pending.html", ""
    elif state == Preview.State.FAILED:
        template, words = _template(FALLBACK), gettext(WORDS.get(preview.error, WORDS["failed"]))
    else:
        template, words = _template(kind), ""
    return PreviewContext(
        kind=kind,
        template=template,
        state=state,
        details=preview.details if details is None else details,
        html=html,
        rows=rows,
        words=words,
        mislabelled=mislabelled,
        page=page,
        variant=preview.variant,
        picture=preview.media_type == "image/webp",
    )


def _read(preview: Preview) -> tuple[str, list[Any]]:
    if not preview.key or preview.media_type == "image/webp":
        return "", []
    with open_preview(preview) as file:
        text = file.read().decode()
    return ("", json.loads(text)) if preview.media_type == "application/json" else (text, [])


def _template(kind: Kind) -> str:
    return f"files/previews/{kind.name}.html"


def _is_mislabelled(node: Node) -> bool:
    promise = PROMISES.get(PurePosixPath(node.name).suffix.lower())
    honest = ("application/x-empty", promise or "")
    return promise is not None and not node.media_type.startswith(honest)
