"""What a file is, told from its first bytes; its name only tells one kind of text from another.

Signatures: WHATWG MIME Sniffing, and the formats' own specifications.
"""

import re
from pathlib import PurePosixPath

# May be shown by the page's own <img>, <audio> and <video>, behind a sandboxing policy. Never
# HTML, SVG, XML or PDF: those can hold scripts (ASVS 5.0, 3.2.1).
INLINE_TYPES = frozenset(
    {
        *("image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"),
        *("audio/flac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav"),
        *("video/mp4", "video/ogg", "video/webm"),
    }
)

# (offset, bytes, media type); the first that fits counts.
SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"BM", "image/bmp"),
    (0, b"\0\0\x01\0", "image/x-icon"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"wOFF", "font/woff"),
    (0, b"wOF2", "font/woff2"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"msf1": "image/heic",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
RIFF = {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}
ZIPPED = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
# What a zip may say of itself: any other type would be the word of a stranger.
DECLARED = re.compile(rb"application/(epub\+zip|vnd\.oasis\.opendocument\.[a-z-]{1,40})")
TEXTS = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".xml": "application/xml",
    ".css": "text/css",
    ".js": "text/javascript",
    ".py": "text/x-python",
}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# C0 controls that no text holds: all but tab, line feed, form feed, carriage return, escape.
CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}
UNKNOWN = "application/octet-stream"


def sniff(head: bytes, *, size: int, name: str) -> str:
    """Return the media type of a file that starts with `head` (64 kB or all of it).

    `name` picks the flavour of what proved to be text, and nothing else.
    """
    if not head:
        return "application/x-empty"
    # Text first: prose may begin with BM, MZ, ID3 or RIFF; the formats that these stand for never
    # go without control characters. PDF alone may.
    if not head.startswith(b"%PDF-") and (text := _text(head, name)):
        return text
    return _container(head) or _signature(head) or UNKNOWN


def _signature(head: bytes) -> str:
    for offset, magic, media_type in SIGNATURES:
        if head.startswith(magic, offset):
            return media_type
    # MPEG audio: eleven bits set, then a layer and a bit rate that exist.
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 in {0xE2, 0xE4, 0xE6}:  # noqa: PLR2004
        return "audio/mpeg"
    return ""


def _container(head: bytes) -> str:
    if head.startswith(b"RIFF"):
        return RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return BRANDS.get(head[8:12], "video/mp4")
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head.startswith(b"OggS"):
        return "video/ogg" if b"theora" in head[:200] else "audio/ogg"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(head)
    return ""


def _zipped(head: bytes) -> str:
    if head[30:38] == b"mimetype" and head[8:10] == b"\0\0":
        declared = head[38:120].split(b"PK", 1)[0]
        if DECLARED.fullmatch(declared):
            return declared.decode()
    if b"[Content_Types].xml" in head[:4096]:
        return next((kind for part, kind in ZIPPED.items() if part in head), "application/zip")
    return "application/zip"


def _text(head: bytes, name: str) -> str:
    if not _plausible_text(head):
        return ""
    return TEXTS.get(PurePosixPath(name).suffix.lower(), "text/plain")


def _plausible_text(head: bytes) -> bool:
    """UTF-16 with its mark, or bytes without control characters: UTF-8, Latin-1 and kin."""
    if head.startswith(UTF_16):
        return True
    return not CONTROLS.intersection(head)
