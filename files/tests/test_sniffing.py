import pytest

from files.sniffing import INLINE_TYPES, sniff


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"", "empty.txt", "application/x-empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.txt", "image/png"),
        (b"\xff\xd8\xff\xe0\0", "page.html", "image/jpeg"),
        (b"GIF89a\1\0\1\0", "a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a.mp3", "audio/wav"),
        (b"\0\0\0\x18ftypheic\0\0", "a.jpg", "image/heic"),
        (b"\0\0\0\x18ftypavif\0\0", "a", "image/avif"),
        (b"\0\0\0\x18ftypisom\0\0", "a", "video/mp4"),
        (b"\0\0\0\x18ftypM4A \0\0", "a", "audio/mp4"),
        (b"\xff\xfb\x90\x00\0", "a", "audio/mpeg"),
        (b"ID3\3\0", "a", "audio/mpeg"),
        (b"%PDF-1.7\n", "a.png", "application/pdf"),
        (b"PK\x03\x04\x14\0", "a.jpg", "application/zip"),
        (b"\0" * 257 + b"ustar", "a", "application/x-tar"),
        (b"<html><script>alert(1)</script>", "photo.png", "text/plain"),
        (b"<html>", "page.html", "text/html"),
        (b"<svg onload=alert(1)>", "a.svg", "image/svg+xml"),
        (b"# Title", "README.md", "text/markdown"),
        (b"a;b\n1;2", "table.CSV", "text/csv"),
        ("Grüße".encode("latin-1"), "a.txt", "text/plain"),
        ("日本語".encode(), "a.csv", "text/csv"),
        ("\ufeffhello".encode("utf-16"), "a.txt", "text/plain"),
        (b"BMW drives, and MZ too", "a.txt", "text/plain"),
        (b"ID3 tags explained", "a.md", "text/markdown"),
        (b"RIFF raff", "a.txt", "text/plain"),
        (b"GIF89a is a format", "a.txt", "text/plain"),
        (b"The ftyp box", "a.txt", "text/plain"),
        (b"\0\0\1\0ftypisom" + bytes(300), "a", "video/mp4"),
        (b"MZ\x90\0\3\0", "setup.txt", "application/vnd.microsoft.portable-executable"),
        (b"\0\1\2\3", "a.csv", "application/octet-stream"),
        (b"hello\0world", "a.md", "application/octet-stream"),
    ],
)
def test_content_decides(head: bytes, name: str, expected: str) -> None:
    assert sniff(head, size=len(head), name=name) == expected


def test_nothing_that_can_hold_a_script_is_inline() -> None:
    assert not [kind for kind in INLINE_TYPES if "xml" in kind or "html" in kind or "pdf" in kind]
    assert {kind.split("/")[0] for kind in INLINE_TYPES} == {"image", "audio", "video"}


@pytest.mark.parametrize("declared", [b"application/pdf", b"application/epub+zip\0", b"image/png"])
def test_a_zip_cannot_call_itself_something_else(declared: bytes) -> None:
    local = b"PK\x03\x04\x14\0\0\0\0\0" + bytes(16) + b"\x08\0\0\0" + b"mimetype" + declared
    kind = sniff(local + b"PK", size=100, name="a.zip")
    assert kind.isprintable()
    assert kind not in {"application/pdf", "image/png"}


def test_matroska_is_not_webm() -> None:
    ebml = b"\x1a\x45\xdf\xa3\x9f\x42\x82"
    assert sniff(ebml + b"\x84webm", size=20, name="a") == "video/webm"
    assert sniff(ebml + b"\x88matroska", size=20, name="a") not in INLINE_TYPES
