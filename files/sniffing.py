"""The media type of a file, told from its first bytes.

A name never turns one kind of content into another: it only picks the flavour of what is text
(Python, CSV, Markdown), which changes how the text is coloured and nothing else. To know one more
type, add a line to SIGNATURES, or to FLAVOURS for a kind of text.
"""

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

UNKNOWN = "application/octet-stream"
EMPTY = "application/x-empty"
PLAIN = "text/plain"

# What browsers may show in place: none of these can carry a script.
INLINE_TYPES = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "audio/mpeg",
        "audio/wav",
        "audio/ogg",
        "audio/flac",
        "audio/mp4",
        "audio/aac",
        "video/mp4",
        "video/webm",
        "video/ogg",
    }
)


def sniff(head: bytes, *, size: int, name: str) -> str:
    """Return the media type of a file of `size` bytes that starts with `head`.

    `head` is the whole file or at least its first 4 kB. `name` chooses among kinds of text only.
    """
    if size == 0:
        return EMPTY
    for signature in SIGNATURES:
        if signature.matches(head):
            found = signature.media_type
            return found if isinstance(found, str) else found(head)
    if is_text(head, whole=len(head) >= size):
        return flavour(head, name)
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class Signature:
    """Bytes at a place, and the media type they mean or the function that tells it."""

    magic: bytes
    media_type: str | Callable[[bytes], str]
    offset: int = 0
    # For magic too short to be believed alone.
    also: Callable[[bytes], bool] | None = None

    def matches(self, head: bytes) -> bool:
        return head.startswith(self.magic, self.offset) and (self.also is None or self.also(head))


# ISO/IEC 14496-12, and https://mp4ra.org for the brands.
BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic-sequence",
    b"mif1": "image/heif",
    b"msf1": "image/heif-sequence",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"M4P ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"crx ": "image/x-canon-cr3",
}


def _of_brand(head: bytes) -> str:
    major = head[8:12]
    if major in {b"mif1", b"msf1"}:
        # A generic major brand: the compatible ones say which codec it is.
        length = min(int.from_bytes(head[:4]), 256)
        for brand in (b"avif", b"heic", b"heix"):
            if brand in head[16:length]:
                return BRANDS[brand]
    if major.startswith(b"3g"):
        return "video/3gpp"
    return BRANDS.get(major, "video/mp4")


def _of_riff(head: bytes) -> str:
    forms = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
    return forms.get(head[8:12], UNKNOWN)


def _of_ogg(head: bytes) -> str:
    codec = head[28:64]
    return "video/ogg" if b"theora" in codec or codec.startswith(b"BBCD") else "audio/ogg"


def _of_matroska(head: bytes) -> str:
    return "video/webm" if b"webm" in head[:64] else "video/x-matroska"


OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OFFICE_OPEN = "application/vnd.openxmlformats-officedocument."
OFFICE_PARTS = {
    b"word": OFFICE_OPEN + "wordprocessingml.document",
    b"xl": OFFICE_OPEN + "spreadsheetml.sheet",
    b"ppt": OFFICE_OPEN + "presentationml.presentation",
}


def _of_zip(head: bytes) -> str:
    # OpenDocument and EPUB put their type uncompressed into the first entry.
    stated = re.match(rb"PK\x03\x04.{26}mimetype(application/[\w.+-]+?)(?=PK)", head, re.DOTALL)
    if stated:
        media_type = stated[1].decode()
        known = media_type.startswith(OPEN_DOCUMENT) or media_type == "application/epub+zip"
        return media_type if known else "application/zip"
    first = head[30:64]
    if first.startswith((b"[Content_Types].xml", b"_rels/", b"docProps/")):
        part = re.search(rb"PK\x03\x04.{26}(word|xl|ppt)/", head, re.DOTALL)
        return OFFICE_PARTS[part[1]] if part else "application/zip"
    if first.startswith(b"META-INF/"):
        return "application/java-archive"
    return "application/zip"


def _is_bitmap(head: bytes) -> bool:
    return head[6:10] == bytes(4) and head[14:18] in {
        length.to_bytes(4, "little") for length in (12, 40, 52, 56, 64, 108, 124)
    }


def _is_icon(head: bytes) -> bool:
    return 0 < int.from_bytes(head[4:6], "little") < 64 and head[9:10] == b"\0"  # noqa: PLR2004


def _is_windows_program(head: bytes) -> bool:
    at = int.from_bytes(head[0x3C:0x40], "little")
    return head.startswith(b"PE\0\0", at) or b"\0" in head[2:64]


def _is_java_class(head: bytes) -> bool:
    # The same magic starts universal Mach-O programs, whose next number is a small count.
    return int.from_bytes(head[6:8]) > 40  # noqa: PLR2004


# Bit rates of MPEG-1 layer III and of MPEG-2 and 2.5, kbit/s (ISO/IEC 11172-3, 13818-3).
RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
SAMPLES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _is_mp3(head: bytes) -> bool:
    """Tell an MPEG layer III frame that is followed by another, or by nothing."""
    if len(head) < 4:  # noqa: PLR2004
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    rate, frequency = head[2] >> 4, head[2] >> 2 & 3
    if version not in SAMPLES or layer != 1 or not 0 < rate < 15 or frequency == 3:  # noqa: PLR2004
        return False
    bits = (RATES_1 if version == 3 else RATES_2)[rate] * 1000  # noqa: PLR2004
    per_frame = 144 if version == 3 else 72  # noqa: PLR2004
    length = per_frame * bits // SAMPLES[version][frequency] + (head[2] >> 1 & 1)
    return len(head) <= length or head[length : length + 2] == head[:2]


def _is_aac(head: bytes) -> bool:
    """Tell an ADTS frame that is followed by another, or by nothing."""
    length = int.from_bytes(head[3:6]) >> 5 & 0x1FFF
    return length > 7 and (len(head) <= length or head[length : length + 2] == head[:2])  # noqa: PLR2004


SIGNATURES: Sequence[Signature] = (
    Signature(b"\x89PNG\r\n\x1a\n", "image/png"),
    Signature(b"\xff\xd8\xff", "image/jpeg"),
    Signature(b"GIF87a", "image/gif"),
    Signature(b"GIF89a", "image/gif"),
    Signature(b"RIFF", _of_riff, also=lambda head: _of_riff(head) != UNKNOWN),
    Signature(b"ftyp", _of_brand, offset=4),
    Signature(b"II*\0", "image/tiff"),
    Signature(b"MM\0*", "image/tiff"),
    Signature(b"BM", "image/bmp", also=_is_bitmap),
    Signature(b"\0\0\1\0", "image/vnd.microsoft.icon", also=_is_icon),
    Signature(b"8BPS\0\1", "image/vnd.adobe.photoshop"),
    Signature(b"\xff\x0a", "image/jxl", also=lambda head: not is_text(head, whole=False)),
    Signature(b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl"),
    Signature(b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    Signature(b"%PDF-", "application/pdf"),
    Signature(b"\xef\xbb\xbf%PDF-", "application/pdf"),
    Signature(b"PK\3\4", _of_zip),
    Signature(b"PK\5\6", "application/zip"),
    Signature(b"\x1f\x8b\x08", "application/gzip"),
    Signature(b"BZh", "application/x-bzip2", also=lambda head: head[4:10] == b"1AY&SY"),
    Signature(b"\xfd7zXZ\0", "application/x-xz"),
    Signature(b"\x28\xb5\x2f\xfd", "application/zstd"),
    Signature(b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    Signature(b"Rar!\x1a\7", "application/vnd.rar"),
    Signature(b"ustar", "application/x-tar", offset=257),
    Signature(b"ID3", "audio/mpeg", also=lambda head: head[3:4] in {b"\2", b"\3", b"\4"}),
    Signature(b"\xff\xfb", "audio/mpeg", also=_is_mp3),
    Signature(b"\xff\xfa", "audio/mpeg", also=_is_mp3),
    Signature(b"\xff\xf3", "audio/mpeg", also=_is_mp3),
    Signature(b"\xff\xf2", "audio/mpeg", also=_is_mp3),
    Signature(b"\xff\xe3", "audio/mpeg", also=_is_mp3),
    Signature(b"\xff\xf1", "audio/aac", also=_is_aac),
    Signature(b"\xff\xf9", "audio/aac", also=_is_aac),
    Signature(b"fLaC", "audio/flac"),
    Signature(b"OggS\0", _of_ogg),
    Signature(b"MThd\0\0\0\6", "audio/midi"),
    Signature(b"\x1a\x45\xdf\xa3", _of_matroska),
    Signature(b"\0\0\1\xba", "video/mpeg"),
    Signature(b"\0\0\1\xb3", "video/mpeg"),
    Signature(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    Signature(b"{\\rtf1", "application/rtf"),
    Signature(b"SQLite format 3\0", "application/vnd.sqlite3"),
    Signature(b"wOFF", "font/woff"),
    Signature(b"wOF2", "font/woff2"),
    Signature(b"OTTO\0", "font/otf"),
    Signature(b"\0\1\0\0\0", "font/ttf"),
    Signature(b"\x7fELF", "application/x-executable"),
    Signature(b"MZ", "application/vnd.microsoft.portable-executable", also=_is_windows_program),
    Signature(b"\0asm", "application/wasm"),
    Signature(b"\xca\xfe\xba\xbe", "application/java-vm", also=_is_java_class),
)

# Control characters that text has: bell, backspace, tab, line ends, escape (coloured logs).
CONTROLS = bytes(set(range(32)) - {7, 8, 9, 10, 11, 12, 13, 27}) + b"\x7f"
# Bytes that Windows-1252 leaves undefined.
UNDEFINED = b"\x81\x8d\x8f\x90\x9d"


def text_encoding(head: bytes, *, whole: bool) -> str | None:
    """Return the encoding of text, or None where `head` is not text.

    One of utf-8-sig, utf-16, utf-8, cp1252. `whole` says that nothing follows `head`: only
    otherwise may it end within a character.
    """
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig" if _decodes(head, "utf-8", whole=whole) else None
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _is_utf16(head, whole=whole) else None
    if head.translate(None, CONTROLS) != head:
        return None
    if _decodes(head, "utf-8", whole=whole):
        return "utf-8"
    # Of the old encodings one stands for all: of a text most is ASCII, of noise little.
    foreign = sum(byte > 127 for byte in head)  # noqa: PLR2004
    if foreign * 3 < len(head) and not any(byte in UNDEFINED for byte in head):
        return "cp1252"
    return None


def is_text(head: bytes, *, whole: bool) -> bool:
    return text_encoding(head, whole=whole) is not None


def _decodes(head: bytes, encoding: str, *, whole: bool) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def _is_utf16(head: bytes, *, whole: bool) -> bool:
    return len(head) > 3 and _decodes(head, "utf-16", whole=whole)  # noqa: PLR2004


# Kinds of text by the end of the name, in groups of one type. Pygments knows each of them.
FLAVOURS: dict[str, str] = {
    suffix: media_type
    for media_type, suffixes in {
        "text/markdown": "md markdown mdown mkd",
        "text/csv": "csv",
        "text/tab-separated-values": "tsv tab",
        "text/html": "html htm xhtml",
        "text/css": "css",
        "text/x-scss": "scss",
        "text/x-less-css": "less",
        "text/javascript": "js mjs cjs",
        "text/jsx": "jsx",
        "text/x-typescript": "ts tsx mts cts",
        "application/json": "json jsonl ndjson geojson webmanifest ipynb",
        "application/yaml": "yaml yml",
        "application/toml": "toml",
        "application/xml": "xml xsd xsl xslt rss atom plist",
        "application/x-sh": "sh bash zsh ksh",
        "application/x-dos-batch": "bat cmd",
        "application/sql": "sql",
        "application/x-php": "php phtml",
        "application/x-terraform": "tf tfvars hcl",
        "text/x-powershell": "ps1 psm1",
        "text/x-python": "py pyi pyw",
        "text/x-ruby": "rb rake gemspec",
        "text/x-perl": "pl pm",
        "text/x-lua": "lua",
        "text/x-r": "r",
        "text/x-julia": "jl",
        "text/x-csrc": "c h",
        "text/x-c++src": "cc cpp cxx hh hpp hxx",
        "text/x-csharp": "cs",
        "text/x-gosrc": "go",
        "text/x-rust": "rs",
        "text/x-java": "java",
        "text/x-kotlin": "kt kts",
        "text/x-scala": "scala sc",
        "text/x-groovy": "groovy gradle",
        "text/x-swift": "swift",
        "text/x-dart": "dart",
        "text/x-haskell": "hs",
        "text/x-elixir": "ex exs",
        "text/x-erlang": "erl hrl",
        "text/x-clojure": "clj cljs edn",
        "text/x-ini": "ini cfg conf",
        "text/x-java-properties": "properties",
        "text/x-diff": "diff patch",
        "text/x-rst": "rst",
        "text/x-tex": "tex sty",
        "text/x-cmake": "cmake",
        "text/x-makefile": "mk makefile gnumakefile",
        "text/x-dockerfile-config": "dockerfile containerfile",
        "text/calendar": "ics",
        "text/vcard": "vcf",
        "message/rfc822": "eml",
    }.items()
    for suffix in suffixes.split()
}
INTERPRETERS = {
    b"python": "text/x-python",
    b"sh": "application/x-sh",
    b"node": "text/javascript",
    b"perl": "text/x-perl",
    b"ruby": "text/x-ruby",
    b"php": "application/x-php",
}


def flavour(head: bytes, name: str) -> str:
    """Return which kind of text it is: told by the content where that is certain, else named."""
    start = head[:1024].lstrip(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if start.startswith((b"<svg", b"<?xml", b"<!--")) and b"<svg" in head[:4096].lower():
        return "image/svg+xml"
    suffix = name.rpartition(".")[2].lower()
    if suffix in FLAVOURS:
        return FLAVOURS[suffix]
    if start.startswith(b"<?xml"):
        return "application/xml"
    if shebang := re.match(rb"#!\s*\S*?(?:env\s+)?(python|node|perl|ruby|php|\w*?sh)\b", start):
        return INTERPRETERS.get(shebang[1], INTERPRETERS[b"sh"])
    return PLAIN
