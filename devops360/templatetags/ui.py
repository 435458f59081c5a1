"""Tags and filters of the visual language, built in: templates need no `{% load %}`."""

from datetime import datetime
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from files.sizes import filesize

register = template.Library()
register.filter(filesize)

ROOT_TEXT_PIXELS = 16

# Media types by whole name first, then by the part before the slash.
ICON_OF_TYPE = {
    "application/pdf": "pdf",
    "text/markdown": "markdown",
    "text/csv": "table",
    "text/tab-separated-values": "table",
    "application/vnd.ms-excel": "table",
    "application/vnd.oasis.opendocument.spreadsheet": "table",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "table",
    "application/vnd.oasis.opendocument.text": "text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "text",
    "application/msword": "text",
    "application/rtf": "text",
    "application/epub+zip": "text",
    "application/json": "code",
    "application/javascript": "code",
    "application/toml": "code",
    "application/xml": "code",
    "application/yaml": "code",
    "application/x-sh": "code",
    "application/sql": "code",
    "text/css": "code",
    "text/html": "code",
    "text/javascript": "code",
    "text/xml": "code",
    "application/zip": "archive",
    "application/gzip": "archive",
    "application/zstd": "archive",
    "application/x-tar": "archive",
    "application/x-bzip2": "archive",
    "application/x-xz": "archive",
    "application/x-7z-compressed": "archive",
    "application/vnd.rar": "archive",
    "application/x-rar": "archive",
    "application/x-rar-compressed": "archive",
}
ICON_OF_FAMILY = {"image": "image", "audio": "audio", "video": "video", "text": "text"}


# A page of a hundred rows shows two hundred of a dozen icons. The sprite's address with its digest
# is the same for as long as the process lives.
@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, label: str = "", *, size: int = 20) -> SafeString:
    """Return an icon of the sprite, `size` pixels square beside text of 16, in the text's colour.

    With a label it is an image to screen readers; without one it is decoration.
    """
    naming = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" {1} focusable="false">'
        '<use href="{2}#{3}"></use></svg>',
        # In rem: it grows with the text.
        f"{size / ROOT_TEXT_PIXELS:g}rem",
        SafeString(naming),
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """Return a time as `<time>`: for people to the minute, in their zone; exactly for machines."""
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        date_format(local, "SHORT_DATETIME_FORMAT"),
    )


@register.filter
def with_zone(at: datetime | None) -> str:
    """Return a time to the minute, with the name of the zone: where it must not be mistaken."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{date_format(local, 'SHORT_DATETIME_FORMAT')} {local:%Z}"


@register.filter
def kind_icon(media_type: str) -> str:
    """Return the name of the icon for a media type; "file" for one that nobody knows."""
    essence = (media_type or "").partition(";")[0].strip().lower()
    if essence in ICON_OF_TYPE:
        return ICON_OF_TYPE[essence]
    family, _, subtype = essence.partition("/")
    if subtype.startswith("x-") and family == "text":
        return "code"
    return ICON_OF_FAMILY.get(family, "file")


@register.filter
def initials(name: object) -> str:
    """Return at most two capitals for the circle of a person without a picture."""
    words = str(name).replace(".", " ").replace("_", " ").replace("-", " ").split()
    chosen = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in chosen).upper()
