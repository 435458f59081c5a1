"""Text and source code: the beginning of it, highlighted by Pygments."""

from pathlib import Path
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound

MAX_BYTES = 512 * 1024
MAX_LINES = 5_000
MAX_LINE = 2_000
# Highlighting costs about a second per 300 kB; what is longer is mostly logs and data.
MAX_HIGHLIGHTED = 200 * 1024


def render(source: Path, out: Path, *, variant: str, name: str) -> dict[str, Any]:
    whole, encoding, cut = read_text(source)
    text, shortened = _shorten(whole)
    lexer = _lexer(name) if len(text) <= MAX_HIGHLIGHTED else TextLexer()
    body = highlight(text, lexer, HtmlFormatter(nowrap=True))
    lines = [f'<span class="line">{line}</span>\n' for line in body.rstrip("\n").split("\n")]
    (out / "text.html").write_text("".join(lines), encoding="utf-8")
    details = {
        "truncated": cut or shortened,
        "language": lexer.name,
        "encoding": encoding,
        "lines": len(lines),
    }
    return {"file": "text.html", "media_type": "text/html", "details": details}


def read_text(source: Path, limit: int = MAX_BYTES) -> tuple[str, str, bool]:
    """Return the beginning of a text, its encoding, and whether there is more.

    Lines end in "\\n". At nothing else: str.splitlines also breaks at form feeds and at U+2028,
    which editors, CSV and Markdown do not.
    """
    with source.open("rb") as file:
        head = file.read(limit + 1)
    cut = len(head) > limit
    text, encoding = decode(head[:limit], cut=cut)
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding, cut


def _shorten(text: str) -> tuple[str, bool]:
    """Return so many lines, each so long, as a page can bear; and whether any was cut."""
    lines = text.removesuffix("\n").split("\n")
    short = [line[:MAX_LINE] for line in lines[:MAX_LINES]]
    return "\n".join(short) + "\n", short != lines


def decode(raw: bytes, *, cut: bool) -> tuple[str, str]:
    """Return text and encoding: by its mark, else UTF-8, else Windows-1252, which fits all."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace"), "UTF-16"
    try:
        return raw.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError as error:
        # A character cut through at the end of what was read is no reason to doubt the rest.
        if cut and error.start > len(raw) - 4:
            return raw[: error.start].decode("utf-8-sig"), "UTF-8"
        return raw.decode("cp1252", errors="replace"), "Windows-1252"


def _lexer(name: str) -> Any:
    try:
        return get_lexer_for_filename(name, stripnl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False)
