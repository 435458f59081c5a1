"""CSV and its kin as a table: the first rows and columns."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from files.previews.errors import RenderError
from files.previews.text import read_text

MAX_ROWS = 500
MAX_COLUMNS = 50
MAX_CELL = 300
DELIMITERS = ",;\t|"


def render(source: Path, out: Path, *, variant: str, name: str) -> dict[str, Any]:
    text, encoding, cut = read_text(source)
    if cut:
        # The last row may have been cut through.
        text = text[: text.rfind("\n") + 1] or text
    delimiter = _delimiter(text)
    csv.field_size_limit(1024 * 1024)
    rows: list[list[str]] = []
    wide = False
    try:
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            if len(rows) > MAX_ROWS:
                cut = True
                break
            wide = wide or len(row) > MAX_COLUMNS
            rows.append([cell[:MAX_CELL] for cell in row[:MAX_COLUMNS]])
    except csv.Error:
        raise RenderError("malformed") from None
    columns = max(map(len, rows), default=0)
    even = [row + [""] * (columns - len(row)) for row in rows if row]
    (out / "table.json").write_text(json.dumps(even), encoding="utf-8")
    details = {"truncated": cut, "wide": wide, "encoding": encoding, "delimiter": delimiter}
    return {"file": "table.json", "media_type": "application/json", "details": details}


def _delimiter(text: str) -> str:
    """Return the delimiter that splits the first lines most often and most evenly."""
    lines = [line for line in text.splitlines()[:20] if line]

    def score(candidate: str) -> tuple[int, int]:
        counts = [line.count(candidate) for line in lines]
        return (min(counts, default=0), sum(counts))

    return max(DELIMITERS, key=score)
