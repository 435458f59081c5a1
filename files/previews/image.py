"""Pictures: upright, small enough to look at, and without what the camera wrote along."""

import contextlib
import io
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from files.previews.errors import RenderError, gettext_noop

FORMATS = ["PNG", "JPEG", "GIF", "WEBP", "AVIF", "TIFF", "BMP", "ICO", "HEIF"]
SIZES = {"thumbnail": 320, "view": 2048}
QUALITY = {"thumbnail": 75, "view": 82}
MAX_PIXELS = 100_000_000

EXIF_NAMES = {
    ExifTags.Base.Make: gettext_noop("Maker"),
    ExifTags.Base.Model: gettext_noop("Camera"),
    ExifTags.Base.LensModel: gettext_noop("Lens"),
    ExifTags.Base.DateTimeOriginal: gettext_noop("Taken"),
    ExifTags.Base.ExposureTime: gettext_noop("Exposure"),
    ExifTags.Base.FNumber: gettext_noop("Aperture"),
    ExifTags.Base.ISOSpeedRatings: gettext_noop("ISO"),
    ExifTags.Base.FocalLength: gettext_noop("Focal length"),
    ExifTags.Base.Software: gettext_noop("Software"),
    ExifTags.Base.Artist: gettext_noop("Artist"),
    ExifTags.Base.Copyright: gettext_noop("Copyright"),
}

NUMBERS = {ExifTags.Base.ExposureTime, ExifTags.Base.FNumber, ExifTags.Base.FocalLength}
NONSENSE = (ValueError, TypeError, LookupError, OSError, SyntaxError, ArithmeticError)
QUARTER_TURNS = {5, 6, 7, 8}
# By palette or bitmap, and by transparency: the mode that can be scaled smoothly.
PLAIN = {
    ("1", False): "L",
    ("1", True): "LA",
    ("P", False): "RGB",
    ("P", True): "RGBA",
    ("PA", True): "RGBA",
}


def render(source: Path, out: Path, *, variant: str, name: str) -> dict[str, Any]:
    """Make a WebP of at most SIZES[variant] pixels a side."""
    pillow_heif.register_heif_opener()
    # An image over the limit is an error, not a warning: it could fill the memory.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2
    try:
        with Image.open(source, formats=FORMATS) as image:
            details = _measure(image) | {"format": image.format}
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
    if image.mode in {"P", "PA", "1"}:
        # Colours can be mixed, numbers of colours cannot.
        image = image.convert(PLAIN[image.mode, image.has_transparency_data])
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    upright = _in_srgb(_in_eight_bits(ImageOps.exif_transpose(image)))
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    # A fresh image: of the old one's metadata, nothing can come along.
    clean = Image.new(mode, upright.size)
    clean.paste(upright.convert(mode))
    clean.save(target, "WEBP", quality=QUALITY[variant], method=4)


def _measure(image: Image.Image) -> dict[str, Any]:
    """Return width and height as they are seen, once the camera's turn is undone."""
    turned = image.getexif().get(ExifTags.Base.Orientation) in QUARTER_TURNS
    width, height = (image.height, image.width) if turned else image.size
    return {"width": width, "height": height}


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Return 16 and 32 bit greys as 8 bit: Pillow's own conversion would clip them to white."""
    if image.mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"I", "F"}:
        low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
        scale = 255 / (high - low) if high > low else 1.0
        return image.point(lambda value: value * scale - low * scale).convert("L")
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """Return the colours as sRGB: the profile that explains them is stripped with the rest."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ours = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, theirs, ours, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def _read_exif(image: Image.Image) -> dict[str, str]:
    """Return what the camera wrote, by label. One value that makes no sense costs no other."""
    found: dict[str, str] = {}
    with contextlib.suppress(*NONSENSE):
        exif = image.getexif()
        merged = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
        for tag, label in EXIF_NAMES.items():
            with contextlib.suppress(*NONSENSE):
                found[label] = _text(tag, merged.get(tag))
        with contextlib.suppress(*NONSENSE):
            found["Place"] = _place(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return {label: text for label, text in found.items() if text}


def _text(tag: int, value: Any) -> str:
    if value is None:
        return ""
    if tag in NUMBERS and not math.isfinite(float(value)):
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
    place = _degrees(latitude, south), _degrees(longitude, west)
    return "{:.5f}, {:.5f}".format(*place) if all(map(math.isfinite, place)) else ""


def _degrees(parts: Any, negative: bool) -> float:  # noqa: FBT001  (a sign)
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value
