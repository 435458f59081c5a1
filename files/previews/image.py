"""Pictures: upright, small enough to look at, and without what the camera wrote along."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from files.previews.errors import RenderError

FORMATS = ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "ICO", "HEIF"]
SIZES = {"thumbnail": 320, "view": 2048}
QUALITY = {"thumbnail": 75, "view": 82}
MAX_PIXELS = 100_000_000

EXIF_NAMES = {
    ExifTags.Base.Make: "Maker",
    ExifTags.Base.Model: "Camera",
    ExifTags.Base.LensModel: "Lens",
    ExifTags.Base.DateTimeOriginal: "Taken",
    ExifTags.Base.ExposureTime: "Exposure",
    ExifTags.Base.FNumber: "Aperture",
    ExifTags.Base.ISOSpeedRatings: "ISO",
    ExifTags.Base.FocalLength: "Focal length",
    ExifTags.Base.Software: "Software",
    ExifTags.Base.Artist: "Artist",
    ExifTags.Base.Copyright: "Copyright",
}


def render(source: Path, out: Path, *, variant: str, name: str) -> dict[str, Any]:
    """Make a WebP of at most SIZES[variant] pixels a side."""
    pillow_heif.register_heif_opener()
    # An image over the limit is an error, not a warning: it could fill the memory.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2
    try:
        with Image.open(source, formats=FORMATS) as image:
            details = {"width": image.width, "height": image.height, "format": image.format}
            exif = _read_exif(image)
            save_webp(image, out / "image.webp", variant)
    except Image.DecompressionBombError:
        raise RenderError("too_big") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise RenderError("malformed") from None
    return {
        "file": "image.webp",
        "media_type": "image/webp",
        "details": details | ({"exif": exif} if exif and variant == "view" else {}),
    }


def save_webp(image: Image.Image, target: Path, variant: str) -> None:
    side = SIZES[variant]
    # JPEG can be decoded at a fraction of its size: much quicker for a thumbnail.
    image.draft("RGB", (side, side))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    # A fresh image: of the old one's metadata, nothing can come along.
    clean = Image.new(mode, upright.size)
    clean.paste(upright.convert(mode))
    clean.save(target, "WEBP", quality=QUALITY[variant], method=4)


def _read_exif(image: Image.Image) -> dict[str, str]:
    try:
        exif = image.getexif()
        merged = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
        found = {
            label: text
            for tag, label in EXIF_NAMES.items()
            if (text := _text(tag, merged.get(tag)))
        }
        place = _place(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except (ValueError, TypeError, KeyError, OSError, SyntaxError, ZeroDivisionError):
        return {}
    return found | ({"Place": place} if place else {})


def _text(tag: int, value: Any) -> str:
    if value is None:
        return ""
    if tag == ExifTags.Base.ExposureTime:
        return f"{Fraction(float(value)).limit_denominator(8000)} s"
    if tag == ExifTags.Base.FNumber:
        return f"f/{float(value):.1f}"
    if tag == ExifTags.Base.FocalLength:
        return f"{float(value):.0f} mm"
    if tag == ExifTags.Base.DateTimeOriginal:
        value = str(value).replace(":", "-", 2)
    # Printable only: PostgreSQL refuses NUL in JSON.
    return "".join(char for char in str(value) if char.isprintable()).strip()[:120]


def _place(gps: dict[int, Any]) -> str:
    latitude, longitude = gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLongitude)
    if not latitude or not longitude:
        return ""
    south = gps.get(ExifTags.GPS.GPSLatitudeRef) == "S"
    west = gps.get(ExifTags.GPS.GPSLongitudeRef) == "W"
    return f"{_degrees(latitude, south):.5f}, {_degrees(longitude, west):.5f}"


def _degrees(parts: Any, negative: bool) -> float:  # noqa: FBT001  (a sign)
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value
