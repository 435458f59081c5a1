"""PDF: pages as pictures, drawn by PDFium. No script of the document, or of ours, runs."""

import math
from pathlib import Path
from typing import Any

import pypdfium2

from files.previews.errors import RenderError
from files.previews.image import save_webp

MAX_WIDTH = 1600
MAX_PIXELS = 12_000_000
MAX_POINTS = 14_400  # PDF 1.7, annex C: the largest page
PASSWORD_ERROR = "password"  # noqa: S105  (a word in PDFium's message)


def render(source: Path, out: Path, *, variant: str, name: str) -> dict[str, Any]:
    """Draw page 1 for "thumbnail", page n for "page-n"; tell of the document for "view"."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise RenderError(
            "encrypted" if PASSWORD_ERROR in str(error).lower() else "malformed"
        ) from error
    pages = len(document)
    if pages == 0:
        raise RenderError("malformed")
    if variant == "view":
        title = document.get_metadata_dict().get("Title", "")
        text = "".join(char for char in title if char.isprintable())[:200]
        return {"file": "", "media_type": "", "details": {"pages": pages, "title": text}}
    number = 1 if variant == "thumbnail" else int(variant.removeprefix("page-"))
    if not 1 <= number <= pages:
        raise RenderError("gone")
    _draw(
        document[number - 1], out / "page.webp", "thumbnail" if variant == "thumbnail" else "view"
    )
    return {"file": "page.webp", "media_type": "image/webp", "details": {"pages": pages}}


def _draw(page: pypdfium2.PdfPage, target: Path, size: str) -> None:
    width, height = page.get_size()
    if not (0 < width <= MAX_POINTS and 0 < height <= MAX_POINTS):
        raise RenderError("too_big")
    wanted = 480 if size == "thumbnail" else MAX_WIDTH
    scale = min(wanted / width, math.sqrt(MAX_PIXELS / (width * height)))
    if scale * min(width, height) < 1:
        raise RenderError("too_big")
    bitmap = page.render(scale=scale, may_draw_forms=False)
    save_webp(bitmap.to_pil(), target, size)
