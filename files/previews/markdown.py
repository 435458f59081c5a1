"""Markdown as a page: markdown-it parses it, nh3 lets through nothing that acts or loads."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from files.previews.text import read_text

MAX_TEXT = 256 * 1024

TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "blockquote"),
    *("strong", "em", "s", "code", "pre", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
# Headings start below the page's own: h1 of the text becomes h2.
SHIFTED = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}


def render(source: Path, out: Path, *, variant: str, name: str) -> dict[str, Any]:
    text, _, cut = read_text(source, MAX_TEXT)
    # Markup within the text is shown as text.
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image)
    tokens = parser.parse(text)
    for token in tokens:
        token.tag = SHIFTED.get(token.tag, token.tag)
    body = nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    (out / "markdown.html").write_text(body, encoding="utf-8")
    return {"file": "markdown.html", "media_type": "text/html", "details": {"truncated": cut}}


def _image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    """Return what the image is said to show: the image would be loaded from elsewhere."""
    return escape(renderer.renderInlineAsText(tokens[index].children, options, env))
