"""What the makers of previews are given and give back. No Django here: this runs in the sandbox."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

WEBP = "image/webp"
HTML = "text/html"
JSON = "application/json"


class Trouble(StrEnum):
    """Why there is no preview. `templates/files/previews/failed.html` has the words."""

    TOO_SLOW = "too_slow"
    TOO_BIG = "too_big"
    MALFORMED = "malformed"
    ENCRYPTED = "encrypted"
    UNSUPPORTED = "unsupported"


class PreviewError(Exception):
    """There is no preview to be had, for the reason `trouble`."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Job:
    """One preview to be made: of the file `source`, into the directory `target`."""

    source: Path
    target: Path
    variant: str
    # As sniffed, so nothing worse than the wrong colours follows from a lie in the name.
    media_type: str

    @property
    def page(self) -> int:
        """The page asked for, counted from 1; 0 for other variants."""
        prefix, _, number = self.variant.partition("-")
        return int(number) if prefix == "page" else 0


@dataclass(frozen=True, slots=True)
class Made:
    """A preview: facts for the page, and a file in the target directory unless `file` is empty."""

    file: str = ""
    media_type: str = ""
    details: dict[str, Any] = field(default_factory=dict)
