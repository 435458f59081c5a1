"""Which kind of preview a media type gets. No Django here: the sandbox reads this too."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A way to look at files: `files/previews/<name>.py` makes it, `<name>.html` shows it."""

    name: str
    # False: the page shows the file's own bytes, or facts alone; nothing is made.
    rendered: bool = True
    thumbnail: bool = False


IMAGE = Kind("image", thumbnail=True)
PDF = Kind("pdf", thumbnail=True)
TEXT = Kind("text")
MARKDOWN = Kind("markdown")
TABLE = Kind("table")
ARCHIVE = Kind("archive")
AUDIO = Kind("audio", rendered=False)
VIDEO = Kind("video", rendered=False)
FALLBACK = Kind("fallback", rendered=False)

KINDS: dict[str, Kind] = {
    **dict.fromkeys(
        (
            *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/heic"),
            *("image/tiff", "image/bmp", "image/x-icon"),
        ),
        IMAGE,
    ),
    "application/pdf": PDF,
    "text/markdown": MARKDOWN,
    "text/csv": TABLE,
    "text/tab-separated-values": TABLE,
    "application/zip": ARCHIVE,
    "application/x-tar": ARCHIVE,
    "application/json": TEXT,
    "application/xml": TEXT,
    "image/svg+xml": TEXT,
    **dict.fromkeys(("audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav"), AUDIO),
    **dict.fromkeys(("video/mp4", "video/ogg", "video/webm"), VIDEO),
}


def kind_of(media_type: str) -> Kind:
    """Return the kind for a sniffed media type; FALLBACK where there is none."""
    found = KINDS.get(media_type)
    if found is None and media_type.startswith("text/"):
        return TEXT
    return found or FALLBACK
